/** What `estate check` counts is what the program registers: in both network modes, name by name. */
import { describe, expect, it } from "vitest";
import { type Requirements, requirements } from "../../cli/check/requirements.ts";
import { deriveFacts } from "../../stacks/facts.ts";
import { behindVip, estate } from "../unit/stacks/fixtures.ts";
import { graph } from "./program.ts";
import type { Registered } from "./record.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
type Change = (document: any) => void;

const turn = { flavor: "m1.small", publicAddress: true, count: 2, antiAffinity: "hard" };

const documents: Readonly<Record<string, Change>> = {
  "the local document": () => undefined,
  "mode provider, with a server group and volumes": (document) => {
    const { nameservers, downloads } = document.network;
    document.network = { mode: "provider", nameservers, downloads };
    document.sites = { local: { cidr: "198.51.100.0/24", network: "campus" } };
    document.roles.turn = turn;
    document.roles.bbb.volumes = { recordings: { sizeGiB: 100, path: "/var/lib/recordings" } };
    document.roles.worker.volumes = {
      data: { sizeGiB: 5, type: "ssd", path: "/a" },
      other: { sizeGiB: 1, path: "/b" },
    };
  },
  "mode private with a VIP": behindVip,
  "mode private with two sites, two server groups and a load balancer": (document) => {
    document.network.reverseRanges = { public: "203.0.113.0/24" };
    document.orchestrator.api = { front: "loadBalancer", site: "south" };
    document.sites = { north: { cidr: "10.20.0.0/24" }, south: { cidr: "10.21.0.0/24" } };
    for (const role of ["orchestrator", "bbb", "worker"])
      for (const host of Object.values<Record<string, string>>(document.roles[role].hosts)) host.site = "north";
    document.roles.bbb.antiAffinity = "soft";
    document.roles.turn = {
      ...turn,
      count: undefined,
      hosts: { "turn-1": { site: "north" }, "turn-2": { site: "south" } },
    };
  },
};

/** Each kind of resource that a quota limits: the names that are asked for, and the input that is the name. */
const kinds: Readonly<
  Record<string, { readonly names: (needs: Requirements) => readonly string[]; readonly by?: string }>
> = {
  "compute/instance:Instance": { names: ({ hosts }) => hosts.map(({ name }) => name) },
  "compute/keypair:Keypair": { names: ({ keyPairs }) => keyPairs },
  "compute/serverGroup:ServerGroup": { names: ({ serverGroups }) => Object.keys(serverGroups) },
  "blockstorage/volume:Volume": { names: ({ volumes }) => volumes.map(({ name }) => name) },
  "networking/network:Network": { names: ({ networks }) => networks },
  "networking/subnet:Subnet": { names: ({ subnets }) => subnets },
  "networking/router:Router": { names: ({ routers }) => routers },
  "networking/port:Port": { names: ({ hosts, vips }) => [...hosts.map(({ name }) => name), ...vips] },
  "networking/floatingIp:FloatingIp": { names: ({ floatingIps }) => floatingIps, by: "description" },
  "networking/secGroup:SecGroup": { names: ({ securityGroups }) => securityGroups },
  "networking/secGroupRule:SecGroupRule": { names: ({ securityGroupRules }) => securityGroupRules, by: "description" },
  "loadbalancer/loadBalancer:LoadBalancer": { names: ({ loadBalancers }) => loadBalancers },
  "dns/zone:Zone": { names: ({ zone, reverseZones }) => [zone, ...reverseZones] },
  "dns/recordSet:RecordSet": { names: ({ recordSets }) => Object.keys(recordSets) },
};

/** They take no name: an association is no thing of its own, an interface is a port that neutron makes. */
const nameless = [
  ...["networking/floatingIpAssociate:FloatingIpAssociate", "networking/routerInterface:RouterInterface"],
  // parts of the load balancer, which come with it
  ...["listener:Listener", "pool:Pool", "monitor:Monitor", "member:Member"].map((kind) => `loadbalancer/${kind}`),
];

/** But for records in reverse zones, whose names are known when there are addresses. */
const of = (nodes: readonly Registered[], kind: string) =>
  nodes.filter(({ type, inputs }) => type === `openstack:${kind}` && inputs.type !== "PTR");

describe.each(Object.entries(documents))("%s", async (_, change) => {
  const nodes = await graph({ change });
  const needs = requirements(deriveFacts(estate(change)));

  it.each(Object.entries(kinds))("asks for each %s by the name it is given", (kind, { names, by = "name" }) => {
    const made = of(nodes, kind).map(({ inputs }) => inputs[by]);
    expect([...names(needs)].sort()).toEqual(made.sort());
  });

  it("knows every kind of resource that is made in the cloud", () => {
    const made = new Set(nodes.flatMap(({ type }) => /^openstack:(.*)/.exec(type)?.[1] ?? []));
    expect([...made].filter((kind) => !(kind in kinds) && !nameless.includes(kind))).toEqual([]);
  });

  it("counts the ports that neutron makes by itself", () => {
    const interfaces = of(nodes, "networking/routerInterface:RouterInterface").length;
    const dhcp = of(nodes, "networking/subnet:Subnet").filter(({ inputs }) => inputs.enableDhcp).length;
    expect(needs.servicePorts).toBe(interfaces + dhcp);
  });

  it("counts members of server groups, and addresses in record sets", () => {
    const servers = of(nodes, "compute/instance:Instance").filter(({ inputs }) => inputs.schedulerHints);
    const members = Object.values(needs.serverGroups).reduce((total, count) => total + count, 0);
    expect(members).toBe(servers.length);
    for (const { inputs } of of(nodes, "dns/recordSet:RecordSet"))
      expect(needs.recordSets[String(inputs.name)], String(inputs.name)).toBe((inputs.records as unknown[]).length);
  });

  it("knows volumes by what they are told from others with, and their sizes and types", () => {
    for (const { inputs } of of(nodes, "blockstorage/volume:Volume")) {
      const { name, description, size, volumeType } = inputs;
      const found = needs.volumes.find((volume) => volume.name === name);
      expect([found?.description, found?.sizeGiB, found?.type]).toEqual([description, size, volumeType]);
    }
  });

  it("names the flavors, zones, image and networks that are looked up", () => {
    const servers = of(nodes, "compute/instance:Instance");
    for (const { name, inputs } of servers)
      expect(needs.hosts.find((host) => host.name === name)).toMatchObject({
        flavor: inputs.flavorName,
        ...(inputs.availabilityZone ? { availabilityZone: inputs.availabilityZone } : {}),
      });
    const pools = of(nodes, "networking/floatingIp:FloatingIp").map(({ inputs }) => inputs.pool);
    expect(pools.every((pool) => pool === needs.external)).toBe(true);
    expect(needs.image).toBe("flatcar-local");
  });
});
