/** The load balancer before the orchestrator's API, in both network modes. */
import { describe, expect, it } from "vitest";
import { graph, readyUrn, serverUrn } from "./program.ts";
import type { Registered } from "./record.ts";

const named = (nodes: readonly Registered[], kind: string, name: string) => {
  const found = nodes.find((node) => node.type.endsWith(`:${kind}`) && node.name === name);
  return found ?? expect.fail(`no ${kind} ${name}`);
};
const vip = "10.20.0.200";
const cloud = {
  made: (type: string) =>
    type.endsWith(":LoadBalancer") ? { vipAddress: vip, vipPortId: "vip-port", vipSubnetId: "vip-subnet" } : {},
  found: (token: string) => `${token.split(":").at(-1)}-id`,
};
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
const balanced = (document: any) => {
  document.orchestrator.api = { front: "loadBalancer" };
};
const servers = ["orchestrator-01", "orchestrator-02", "orchestrator-03"];
const direct = await graph({ cloud });
const built = await graph({ cloud, change: balanced });

describe("mode private", () => {
  it("has one load balancer on the estate's network, which passes on what administrators and hosts send", () => {
    expect(named(built, "LoadBalancer", "api").inputs).toEqual({
      name: "estate-api",
      vipSubnetId: "network-local-subnet-id",
    });
    expect(named(built, "Listener", "api-listener").inputs).toMatchObject({
      ...{ loadbalancerId: "api-id", protocol: "TCP", protocolPort: 6443 },
      allowedCidrs: ["10.20.0.0/24", "203.0.113.1/32"],
    });
    expect(named(built, "Monitor", "api-monitor").inputs).toMatchObject({ type: "HTTPS", expectedCodes: "200,401" });
  });

  it("has each server as a member, by what outlives its servers", () => {
    for (const name of servers) {
      const member = named(built, "Member", `api-member-${name}`);
      const port = named(built, "Port", `${name}-port`);
      expect(member.inputs).toMatchObject({ name, poolId: "api-pool-id", protocolPort: 6443 });
      expect(member.from.address).toEqual([`${port.type}::${port.name}`]);
      expect(JSON.stringify([member.from, member.dependsOn])).not.toContain(":Instance");
    }
    expect(built.filter(({ type }) => type.endsWith(":Member"))).toHaveLength(3);
  });

  it("has the API's name lead to its floating IP, and the internal one to its own address", () => {
    const floating = named(built, "FloatingIp", "api-floating-ip");
    expect(named(built, "FloatingIpAssociate", "api-floating-ip-association").inputs.portId).toBe("vip-port");
    expect(named(built, "RecordSet", "dns-api").from.records).toEqual([`${floating.type}::${floating.name}`]);
    expect(named(built, "RecordSet", "dns-api.internal").inputs.records).toEqual([vip]);
  });

  it("opens the servers' API to its subnet, because no group matches what comes through it (decisions C20)", () => {
    const rules = (nodes: readonly Registered[]) =>
      nodes.filter(({ type }) => type.endsWith(":SecGroupRule")).map(({ name }) => name);
    const before = rules(direct);
    expect(rules(built).filter((name) => !before.includes(name))).toEqual([
      "hosts-out-tcp:6443-to-10.20.0.0/24",
      "orchestrator-in-tcp:6443-from-10.20.0.0/24",
    ]);
    expect(before.filter((name) => !rules(built).includes(name))).toEqual([]);
  });

  it("is there before any gate asks the API, and when the last one is asked", () => {
    for (const host of [...servers, "bbb-01"])
      expect(named(built, "Command", `${host}-drain`).dependsOn).toEqual(
        expect.arrayContaining([
          "openstack:loadbalancer/listener:Listener::api-listener",
          "openstack:loadbalancer/monitor:Monitor::api-monitor",
          ...servers.map((name) => `openstack:loadbalancer/member:Member::api-member-${name}`),
        ]),
      );
  });

  it("changes nothing when servers are replaced, and takes no host with it (decisions A2)", async () => {
    const state = [...servers.map(serverUrn), ...servers.map(readyUrn)];
    const again = await graph({
      cloud,
      state,
      change: (document) => {
        balanced(document);
        for (const name of servers) document.roles.orchestrator.hosts[name].generation = 1;
      },
    });
    const parts = (nodes: readonly Registered[]) =>
      nodes.filter(({ type }) => type.includes(":loadbalancer/")).map(({ name, inputs }) => ({ name, inputs }));
    expect(parts(again)).toEqual(parts(built));
    for (const name of servers)
      expect(JSON.stringify(Object.values(named(again, "Instance", name).from))).not.toMatch(/loadbalancer|recordSet/);
  });
});

describe("mode provider", () => {
  it("has no floating IP: both names lead to the one address", async () => {
    const campus = await graph({
      cloud,
      change: (document) => {
        balanced(document);
        const { nameservers, downloads } = document.network;
        document.network = { mode: "provider", nameservers, downloads };
        document.sites.local.network = "campus";
      },
    });
    expect(campus.filter(({ type }) => type.endsWith(":FloatingIp"))).toEqual([]);
    for (const name of ["dns-api", "dns-api.internal"])
      expect(named(campus, "RecordSet", name).inputs.records).toEqual([vip]);
    expect(named(campus, "LoadBalancer", "api").inputs.vipSubnetId).toBe("getSubnet-id");
  });
});

it("without it the names lead to the servers, and nothing is balanced", () => {
  expect(named(direct, "RecordSet", "dns-api.internal").inputs.records).toHaveLength(3);
  expect(direct.filter(({ type }) => type.includes(":loadbalancer/"))).toEqual([]);
});
