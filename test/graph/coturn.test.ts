/** The resources of the TURN servers. */
import { describe, expect, it } from "vitest";
import { graph } from "./program.ts";
import { bare, type Registered } from "./record.ts";

const appSecrets = { "coturn.seed": "unique-coturn-seed" };
const deployments = "kubernetes:apps/v1:Deployment";
const secret = "kubernetes:core/v1:Secret";

/** Each host's name has another length: it is what the cloud of this test makes addresses of. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
async function run(settings: object = {}, other: (document: any) => void = () => undefined) {
  const clear: Record<string, Record<string, string>> = {};
  const nodes = await graph({
    appSecrets,
    change: (document) => {
      Object.assign(document, { apps: { coturn: settings } });
      const taints = { "estate/dedicated": { value: "turn", effect: "NoSchedule" } };
      document.roles.turn = { flavor: "m1.small", publicAddress: true, hosts: { "turn-1": {}, "turn-02": {} }, taints };
      document.roles.bbb.hosts = { "bbb-1": {}, "bbb-02": {} };
      other(document);
    },
    provider: (type, name, { stringData }) => {
      if (type === secret) clear[name] = bare(stringData) as Record<string, string>;
    },
  });
  const allowed = JSON.parse(clear["coturn-allowed"]?.["allowed.json"] ?? "{}");
  return {
    nodes,
    clear,
    allowed,
    servers: nodes.filter(({ type, name }) => type === deployments && name.startsWith("coturn-")),
  };
}

function hostOf({ inputs }: Registered): unknown {
  // biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes
  return (inputs.spec as any).template.spec.nodeSelector["kubernetes.io/hostname"];
}

describe("the TURN servers", async () => {
  const { nodes, clear, allowed, servers } = await run();

  it("are one on each turn host, changed one after another, and never two of them taken at once", () => {
    expect(servers.map((server) => [server.name, hostOf(server)])).toEqual([
      ["coturn-turn-02", "turn-02"],
      ["coturn-turn-1", "turn-1"],
    ]);
    expect(servers[1]?.dependsOn).toContain(`${deployments}::coturn-turn-02`);
    const budget = nodes.find(({ type, name }) => type.endsWith(":PodDisruptionBudget") && name === "coturn");
    expect(budget?.inputs.spec).toMatchObject({
      ...{ maxUnavailable: 1, selector: { matchLabels: { "app.kubernetes.io/name": "coturn" } } },
    });
  });

  it("have a configuration each, with the addresses of their hosts", () => {
    const of = (host: string) => clear[`coturn-${host}`]?.["turnserver.conf"] ?? "";
    const line = (host: string, key: string) => new RegExp(`^${key}=(.+)$`, "m").exec(of(host))?.[1];
    for (const key of ["listening-ip", "external-ip"]) {
      expect(line("turn-1", key), key).toBeDefined();
      expect(line("turn-1", key), key).not.toBe(line("turn-02", key));
    }
    expect(line("turn-1", "relay-ip")).toBe(line("turn-1", "listening-ip"));
    expect(line("turn-1", "realm")).toBe("estate.test");
    expect(line("turn-1", "stateless-nonce-secret")).toBe(line("turn-02", "stateless-nonce-secret"));
  });

  it("relay to every bbb host, by both addresses, and to nothing else", () => {
    expect(allowed.realm).toBe("estate.test");
    expect(allowed.secrets).toHaveLength(2);
    const of = (range: RegExp) => allowed.peers.filter((peer: string) => range.test(peer));
    expect([of(/^10\.20\.0\.\d+$/), of(/^203\.0\.113\.\d+$/)].map(({ length }) => length)).toEqual([2, 2]);
    expect(allowed.peers).toHaveLength(4);
  });

  it("show no seed and no secret", () => {
    const text = JSON.stringify(nodes);
    for (const one of [...allowed.secrets, ...Object.values(appSecrets)]) expect(text).not.toContain(one);
    for (const { inputs } of nodes.filter(({ type }) => type === secret)) expect(inputs.stringData).toBe("[secret]");
  });

  it("are not restarted for another bbb host, nor for another secret: only what they are told changes", async () => {
    const grown = await run({}, (document) => (document.roles.bbb.hosts["bbb-003"] = {}));
    const rotated = await run({ generation: 1 });
    for (const other of [grown, rotated])
      expect(other.servers.map(({ inputs }) => inputs)).toEqual(servers.map(({ inputs }) => inputs));
    expect(grown.allowed.peers).toHaveLength(6);
    expect(grown.allowed.secrets).toEqual(allowed.secrets);
    expect(rotated.allowed.secrets).toEqual(expect.arrayContaining(allowed.secrets));
    expect(rotated.allowed.secrets).toHaveLength(3);
  });
});
