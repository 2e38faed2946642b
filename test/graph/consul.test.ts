/** Consul's resources, and whom it is given to. */
import { describe, expect, it } from "vitest";
import { managementToken, tokenOf } from "../../apps/consul/tokens.ts";
import { parseDeclared } from "../../apps/registrator/service/declared.ts";
import { appSecrets } from "../../stacks/appFacts.ts";
import { withConsul } from "../unit/apps/consul/document.ts";
import { estate } from "../unit/stacks/fixtures.ts";
import { graph } from "./program.ts";
import { bare } from "./record.ts";

interface Policy {
  readonly ingress: readonly object[];
  readonly egress: readonly object[];
}

const change = (document: object) => withConsul(document, {}, 3);
const secrets = Object.fromEntries(
  appSecrets(estate(change)).map(({ key }) => [key, `unique-${key}-of-thirty-two-digits`]),
);
const seed = secrets["consul.seed"] ?? "";
const clear: Record<string, Record<string, string>> = {};
const nodes = await graph({
  appSecrets: secrets,
  change,
  provider: (type, name, { stringData }) => {
    if (type === "kubernetes:core/v1:Secret") clear[name] = bare(stringData) as Record<string, string>;
  },
});
const find = (type: string, name: string) => {
  const found = nodes.find((node) => node.type.endsWith(`:${type}`) && node.name === name);
  if (!found) throw new Error(`no ${type} ${name}`);
  return found;
};

describe("Consul in the estate's graph", () => {
  it("has a volume on each of its hosts, which the StatefulSet's claims find by their names", () => {
    const hosts = [0, 1, 2].map((index) => {
      const volume = find("PersistentVolume", `data-consul-${index}`).inputs.spec;
      expect(find("PersistentVolumeClaim", `data-consul-${index}`).inputs.metadata).toMatchObject({
        name: `data-consul-${index}`,
      });
      return JSON.stringify(volume);
    });
    for (const [index, spec] of hosts.entries()) {
      expect(spec).toContain(`"worker-0${index + 1}"`);
      expect(spec).toContain(`"name":"data-consul-${index}"`);
    }
    const set = find("StatefulSet", "consul");
    expect(set.inputs.spec).toMatchObject({ replicas: 3, volumeClaimTemplates: [{ metadata: { name: "data" } }] });
    expect(set.dependsOn).toEqual(
      expect.arrayContaining([
        "kubernetes:core/v1:PersistentVolumeClaim::data-consul-2",
        "kubernetes:core/v1:Service::consul-servers",
      ]),
    );
  });

  it("gives each its own token, and that with every right to nobody but servers", () => {
    const management = managementToken(seed);
    expect(JSON.parse(clear.consul?.["server.json"] ?? "{}").acl.tokens).toEqual({
      ...{ initial_management: management, agent: tokenOf(seed, "agent", 0) },
    });
    expect(clear["consul-keeper"]?.token).toBe(tokenOf(seed, "keeper", 0));
    const holders = Object.keys(clear).filter((name) => JSON.stringify(clear[name]).includes(management));
    expect(holders.sort()).toEqual(["consul", "consul-rights"]);
    for (const secret of [seed, management, tokenOf(seed, "keeper", 0)])
      expect(JSON.stringify(nodes)).not.toContain(secret);
  });

  it("is what the registrator and Prometheus are told, and let through to", () => {
    const declared = parseDeclared(clear.registrator?.["declared.json"] ?? "");
    const url = "http://consul:8500";
    const token = tokenOf(seed, "registrator", 0);
    expect(declared.consul).toEqual({ url, service: "bbb", token, looked: "estate/keeper/looked", beside: true });
    expect(clear["monitoring-prometheus-consul"]).toEqual({ token: tokenOf(seed, "monitoring", 0) });
    const port = { port: 8500, protocol: "TCP" };
    const { ingress } = find("NetworkPolicy", "consul").inputs.spec as Policy;
    for (const [application, policy] of [
      ["registrator", "registrator"],
      ["monitoring", "monitoring-prometheus"],
    ] as const) {
      const pods = (name: string) => ({ podSelector: { matchLabels: { "app.kubernetes.io/name": name } } });
      expect(ingress).toContainEqual({ from: expect.arrayContaining([pods(application)]), ports: [port] });
      const { egress } = find("NetworkPolicy", policy).inputs.spec as Policy;
      expect(egress).toContainEqual({ to: [pods("consul")], ports: [port] });
    }
    const after = (type: string, name: string) => find(type, name).dependsOn.join(" ");
    expect(after("StatefulSet", "monitoring-prometheus")).toContain("Secret::monitoring-prometheus-consul");
  });

  it("tells the keeper the addresses that hosts have", () => {
    const { nodes: told } = JSON.parse(clear["consul-keeper"]?.["catalogue.json"] ?? "{}");
    expect(told["bbb-01"]).toMatchObject({ services: [{ service: "bbb", port: 443 }, { service: "node-exporter" }] });
    expect(told["bbb-01"].address).toMatch(/^\d+(\.\d+){3}$/);
  });
});
