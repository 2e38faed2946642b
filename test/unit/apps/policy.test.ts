import { describe, expect, it } from "vitest";
import { budgetOf } from "../../../apps/manifests.ts";
import { networkPolicyOf, type Talker } from "../../../apps/policy.ts";

const apps: readonly Talker[] = [
  {
    name: "shop",
    ports: { http: { port: 8080, from: ["ingress", "portal"] }, secret: { port: 9000, from: ["ghost"] } },
  },
  { name: "portal", ports: { http: { port: 3000, from: ["world"] } } },
  {
    name: "store",
    ports: { data: { port: 5432, from: ["shop"] }, probe: { port: 53, protocol: "udp", from: ["hosts"] } },
  },
];
const hosts = ["10.20.0.0/24"];
const pods = (name: string) => ({ podSelector: { matchLabels: { "app.kubernetes.io/name": name } } });

describe("a NetworkPolicy", () => {
  it("lets in whom the ports name and who runs, and out to whose ports name it, and to DNS", () => {
    const { spec } = networkPolicyOf({ name: "shop", apps, hosts });
    expect(spec.policyTypes).toEqual(["Ingress", "Egress"]);
    expect(spec.podSelector).toEqual(pods("shop").podSelector);
    expect(spec.ingress).toEqual([{ from: [pods("portal")], ports: [{ port: 8080, protocol: "TCP" }] }]);
    const [dns, store, ...more] = spec.egress;
    expect(dns?.ports).toEqual([
      { port: 53, protocol: "UDP" },
      { port: 53, protocol: "TCP" },
    ]);
    expect(store).toEqual({ to: [pods("store")], ports: [{ port: 5432, protocol: "TCP" }] });
    expect(more).toEqual([]);
  });

  it("never has a rule without peers, which would let everyone in", () => {
    for (const { name } of apps)
      for (const { from } of networkPolicyOf({ name, apps, hosts }).spec.ingress)
        expect(from.length).toBeGreaterThan(0);
    expect(networkPolicyOf({ name: "store", apps, hosts: [] }).spec.ingress).toHaveLength(1);
  });

  it("knows hosts, the world, and ranges that an application reaches", () => {
    expect(networkPolicyOf({ name: "store", apps, hosts }).spec.ingress[1]).toEqual({
      from: [{ ipBlock: { cidr: "10.20.0.0/24" } }],
      ports: [{ port: 53, protocol: "UDP" }],
    });
    expect(networkPolicyOf({ name: "portal", apps, hosts }).spec.ingress[0]?.from).toEqual([
      { ipBlock: { cidr: "0.0.0.0/0" } },
    ]);
    const { egress } = networkPolicyOf({
      ...{ name: "portal", apps, hosts },
      reaches: [{ cidr: "192.0.2.0/24", ports: [443] }],
    }).spec;
    expect(egress.at(-1)).toEqual({
      to: [{ ipBlock: { cidr: "192.0.2.0/24" } }],
      ports: [{ port: 443, protocol: "TCP" }],
    });
  });
});

it("a disruption budget never holds up the drain of a single pod, nor that of the only host that takes them", () => {
  expect(budgetOf("shop", 1, 2)).toBeUndefined();
  expect(budgetOf("shop", 3, 1)).toBeUndefined();
  expect(budgetOf("shop", 3, 2)?.spec).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" });
});
