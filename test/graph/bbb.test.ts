/** The resources of BigBlueButton: what its hosts are told, and what replaces them. */
import { describe, expect, it } from "vitest";
import { withBbb, withStore } from "../unit/apps/documents.ts";
import { graph } from "./program.ts";
import { bare, type Registered } from "./record.ts";

const keys = ["bbb.seed", "coturn.seed", "registrator.bbb", "registrator.token", "feedback.linkSecret"];
const more = ["feedback.exportToken", "scalelite.seed", "scalelite.secretKeyBase", "postgres.seed", "redis.seed"];
const appSecrets = Object.fromEntries([...keys, ...more].map((key) => [key, `unique-${key}`]));
const secret = "kubernetes:core/v1:Secret";

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
type Any = any;

async function run(settings: object = {}, other: (document: Any) => void = () => undefined) {
  const clear: Record<string, Record<string, string>> = {};
  const nodes = await graph({
    appSecrets,
    change: (document) => {
      withBbb(document, settings);
      other(document);
    },
    provider: (type, name, { stringData }) => {
      if (type === secret) clear[name] = bare(stringData) as Record<string, string>;
    },
  });
  return { nodes, told: clear["bbb-bbb-01"] ?? {}, clear };
}

const servers = (nodes: readonly Registered[]) =>
  nodes
    .filter(({ type }) => type === "openstack:compute/instance:Instance")
    .map(({ name, inputs }) => [name, (inputs.metadata as Any).ignition] as const);

describe("bbb hosts", async () => {
  const { nodes, told, clear } = await run();

  it("are told each by a pod of its own, which comes after what it tells", () => {
    const pods = nodes.filter(({ type, name }) => type.endsWith(":Deployment") && name.startsWith("bbb-"));
    const hosts = nodes.filter(({ type, name }) => type.endsWith(":Instance") && name.startsWith("bbb-"));
    expect(pods.map(({ name }) => name)).toEqual(hosts.map(({ name }) => `bbb-${name}`));
    for (const { name, dependsOn } of pods) expect(dependsOn).toContain(`${secret}::${name}`);
  });

  it("know the TURN servers with their secret, and sign as the registrator does", () => {
    const coturn = JSON.parse(clear["coturn-allowed"]?.["allowed.json"] ?? "{}");
    expect(told["turn-stun-servers.xml"]).toContain("turns:turn-01.estate.test:443?transport=tcp");
    expect(told["turn-stun-servers.xml"]).toContain(coturn.secrets[0]);
    const declared = JSON.parse(clear.registrator?.["declared.json"] ?? "{}");
    expect(told.env).toContain(`SHARED_SECRET=${declared.servers["bbb-01"].secret}\n`);
    expect(declared.servers["bbb-01"].url).toBe("https://bbb-01.estate.test/bigbluebutton/api");
    expect(told.env).toContain("DOMAIN=bbb-01.estate.test\n");
  });

  it("have the addresses of the host: what it binds, and what it announces", () => {
    const of = (key: string) => new RegExp(`^${key}=(.+)$`, "m").exec(told.env ?? "")?.[1] ?? "";
    expect(of("ESTATE_FIXED")).toMatch(/^10\.20\.0\./);
    expect(of("EXTERNAL_IPv4")).toMatch(/^203\.0\.113\./);
    expect(told["haproxy.cfg"]).toContain(`bind ${of("ESTATE_FIXED")}:443 `);
  });

  it("lead people to the page after meetings where it runs, signed for the host, unless the document says where", async () => {
    expect(told["bbb-web.properties"]).not.toContain("logoutURL");
    const feedback = (document: Any) => (document.apps.feedback = {});
    const page =
      /^bigbluebutton\.web\.logoutURL=https:\/\/feedback\.estate\.test\/feedback\?host=bbb-01&checksum=[0-9a-f]{64}$/m;
    expect((await run({}, feedback)).told["bbb-web.properties"]).toMatch(page);
    const own = await run({ landing: "https://www.example.org/" }, feedback);
    expect(own.told["bbb-web.properties"]).toContain("logoutURL=https://www.example.org/\n");
  });

  it("show no secret, neither in user data nor elsewhere", () => {
    const text = JSON.stringify(nodes);
    for (const key of keys.slice(0, 4)) expect(text.includes(`unique-${key}`), key).toBe(false);
    const derived = [...(told.env ?? "").matchAll(/=([0-9a-f]{64})$/gm)].map(([, one]) => one ?? "");
    expect(derived.length).toBeGreaterThan(3);
    for (const one of derived) expect(text).not.toContain(one);
  });

  it("are not replaced by what a running host is told, and are by a new image, alone", async () => {
    const said = await run({ welcome: "Hi", branding: { title: "Meet" }, checksums: ["sha1", "sha256"] });
    expect(servers(said.nodes)).toEqual(servers(nodes));
    expect(said.told["bbb-web.properties"]).not.toBe(told["bbb-web.properties"]);
    const mtu = await run({ mtu: 1400 });
    const changed = servers(mtu.nodes).filter(([name, digest]) =>
      servers(nodes).every(([n, d]) => n !== name || d !== digest),
    );
    expect(changed.map(([name]) => name)).toEqual(["bbb-01", "bbb-02"]);
  });
});

describe("bbb hosts that record", async () => {
  const { told, nodes } = await run({ recording: true }, (document) => {
    withStore(document);
    document.apps.scalelite.recordings = {};
  });

  it("know the store by its server's address on the estate's network, after it is there", () => {
    expect(told.recordings).toMatch(/^STORE=10\.20\.0\.\d+:\/var\/lib\/recordings\/store\nKEEP_DAYS=4\n$/);
    const volume = nodes.find(({ type, name }) => type.endsWith(":PersistentVolume") && name === "recordings");
    const [, server] = /^STORE=([^:]+):/.exec(told.recordings ?? "") ?? [];
    expect(volume?.inputs.spec).toMatchObject({ nfs: { server } });
    expect(told.env).toContain("ENABLE_RECORDING=true\n");
  });
});
