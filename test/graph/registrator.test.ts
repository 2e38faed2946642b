import { describe, expect, it } from "vitest";
import { parseDeclared } from "../../apps/registrator/service/declared.ts";
import { withScalelite } from "../unit/apps/documents.ts";
import { graph } from "./program.ts";
import { bare } from "./record.ts";

const image = `registry.example.org/estate@sha256:${"0".repeat(64)}`;
const appSecrets = {
  ...{ "registrator.token": "unique-registrator-token-of-32-digits", "registrator.bbb": "unique-bbb-secret" },
  ...{ "scalelite.seed": "unique-scalelite-seed", "scalelite.secretKeyBase": "unique-key-base" },
  ...{ "postgres.seed": "unique-postgres-seed", "redis.seed": "unique-redis-seed" },
};

describe("the registrator in the estate's graph", async () => {
  const clear: Record<string, Record<string, string>> = {};
  const nodes = await graph({
    appSecrets,
    change: (document) => {
      withScalelite(document, { apps: { registrator: { image } } });
      document.roles.worker.hosts["worker-02"] = {};
    },
    provider: (type, name, { stringData }) => {
      if (type === "kubernetes:core/v1:Secret") clear[name] = bare(stringData) as Record<string, string>;
    },
  });
  const own = nodes.filter(({ parent }) => parent === "estate:apps:Registrator::registrator");
  const find = (type: string) => {
    const found = own.find((node) => node.type.endsWith(type));
    if (!found) throw new Error(`no ${type}`);
    return found;
  };

  it("is made of these, in the estate's namespace", () => {
    const kinds = own.map(({ type }) => type.split(":").at(-1)).sort();
    expect(kinds).toEqual([
      ...[
        "ClusterRole",
        "ClusterRoleBinding",
        "Deployment",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Role",
        "RoleBinding",
      ],
      ...["Secret", "Service", "ServiceAccount"],
    ]);
    expect(find(":Deployment").inputs).toMatchObject({ metadata: { name: "registrator", namespace: "estate" } });
    expect(find(":ClusterRoleBinding").inputs.subjects).toEqual([
      { kind: "ServiceAccount", name: "registrator", namespace: "estate" },
    ]);
  });

  it("keeps its secrets secret", () => {
    expect(find("v1:Secret").inputs.stringData).toBe("[secret]");
    for (const secret of Object.values(appSecrets)) expect(JSON.stringify(nodes)).not.toContain(secret);
  });

  it("is told of Scalelite what Scalelite is told itself", () => {
    const declared = parseDeclared(clear.registrator?.["declared.json"] ?? "");
    const found = (type: string, name: string) => nodes.find((node) => node.type.endsWith(type) && node.name === name);
    // biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes, as the program gives it
    const specOf = (type: string, name: string): any => found(type, name)?.inputs.spec;
    const { hostname, port } = new URL(declared.scalelite.url);
    expect(specOf(":Service", hostname).ports.map((one: { port: number }) => String(one.port))).toEqual([port]);
    expect(declared.scalelite.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(clear.scalelite?.loadBalancer).toBe(declared.scalelite.secret);
    const [{ env }] = specOf(":Deployment", "scalelite-poller").template.spec.containers;
    const value = (name: string) => env.find((one: { name: string }) => one.name === name).value;
    expect(value("POLL_INTERVAL")).toBe(String(declared.pollSeconds));
    // a thread for each declared server
    expect(Number(value("POLLER_THREADS"))).toBeGreaterThan(Object.keys(declared.servers).length);

    // and each lets the other through
    const callers = specOf(":NetworkPolicy", "scalelite-nginx").ingress.flatMap(
      ({ from }: { from: unknown[] }) => from,
    );
    const pods = (name: string) => ({ podSelector: { matchLabels: { "app.kubernetes.io/name": name } } });
    expect(callers).toContainEqual(pods("registrator"));
    expect(specOf(":NetworkPolicy", "registrator").egress).toContainEqual(
      expect.objectContaining({ to: [pods("scalelite")], ports: [{ port: Number(port), protocol: "TCP" }] }),
    );
    expect(specOf(":Deployment", hostname).template.metadata.labels).toMatchObject({
      "app.kubernetes.io/name": "scalelite",
    });
  });

  it("starts with its rights and its state, on hosts that are ready", () => {
    const { dependsOn } = find(":Deployment");
    for (const needed of ["v1:Secret::registrator", "v1:RoleBinding::registrator", "v1:NetworkPolicy::registrator"])
      expect(
        dependsOn.some((urn) => urn.endsWith(needed)),
        needed,
      ).toBe(true);
    expect(dependsOn).toContain("command:local:Command::worker-01-ready");
  });

  it("does not run where the document does not name it", async () => {
    const without = await graph();
    expect(without.filter(({ type }) => type === "estate:apps:Registrator")).toEqual([]);
  });
});
