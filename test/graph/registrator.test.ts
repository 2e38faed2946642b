import { describe, expect, it } from "vitest";
import { graph } from "./program.ts";

const image = `registry.example.org/estate@sha256:${"0".repeat(64)}`;
const appSecrets = {
  ...{ "registrator.token": "unique-registrator-token-of-32-digits", "registrator.bbb": "unique-bbb-secret" },
  "registrator.loadBalancer": "unique-load-balancer-secret",
};

describe("the registrator in the estate's graph", async () => {
  const nodes = await graph({
    appSecrets,
    change: (document) => {
      document.apps = { ...document.apps, registrator: { image } };
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
