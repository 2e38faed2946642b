/** What the document's network mode, sites, pools and anti-affinity make of the graph. */
import { describe, expect, it } from "vitest";
import { graph, serverUrn } from "./program.ts";
import type { Registered } from "./record.ts";

const port = "openstack:networking/port:Port";
const rule = "openstack:networking/secGroupRule:SecGroupRule";
const of = (nodes: readonly Registered[], type: string) => nodes.filter((node) => node.type.endsWith(`:${type}`));
const named = (nodes: readonly Registered[], type: string, name: string): Registered => {
  const found = nodes.find((node) => node.type === type && node.name === name);
  if (!found) throw new Error(`no ${type} ${name}`);
  return found;
};

const { nameservers, downloads } = {
  nameservers: { estate: "192.0.2.53" },
  downloads: { mirror: { cidr: "192.0.2.80/32", port: 80 } },
};
const turn = { flavor: "m1.small", publicAddress: true, count: 2, antiAffinity: "hard" };

const provider = await graph({
  change: (document) => {
    document.network = { mode: "provider", nameservers, downloads };
    document.sites = { local: { cidr: "198.51.100.0/24", network: "campus" } };
    document.roles.turn = turn;
  },
});

describe("mode provider", () => {
  it("makes no network, no router and no floating IP", () => {
    for (const type of ["Network", "Subnet", "Router", "RouterInterface", "FloatingIp", "FloatingIpAssociate"])
      expect(of(provider, type), type).toEqual(expect.not.arrayContaining([expect.objectContaining({ custom: true })]));
  });

  it("gives each host a port in the cloud's network and subnet", () => {
    expect(named(provider, port, "bbb-01-port").inputs).toMatchObject({
      networkId: "getNetwork-id",
      fixedIps: [{ subnetId: "getSubnet-id" }],
    });
  });

  it("knows media hosts by their group, because nothing translates their addresses", () => {
    expect(named(provider, rule, "turn-in-udp:32769-65535-from-bbb").inputs.remoteGroupId).toBe("groups-bbb-id");
    expect(named(provider, rule, "bbb-in-udp:16384-32768-from-turn").inputs.remoteGroupId).toBe("groups-turn-id");
  });
});

const sites = await graph({
  change: (document) => {
    document.sites = { north: { cidr: "10.20.0.0/24", availabilityZone: "az1" }, south: { cidr: "10.21.0.0/24" } };
    document.network.mtu = 1400;
    for (const role of ["orchestrator", "bbb", "worker"])
      for (const [index, host] of Object.values<Record<string, string>>(document.roles[role].hosts).entries())
        host.site = index === 0 ? "north" : "south";
    delete document.roles.worker.hosts["worker-01"].availabilityZone;
    document.roles.turn = {
      ...turn,
      count: undefined,
      hosts: { "turn-1": { site: "north" }, "turn-2": { site: "south" } },
    };
  },
});

describe("mode private with two sites", () => {
  it("makes a network each, and one router for both", () => {
    expect(of(sites, "Subnet").map(({ inputs }) => inputs.cidr)).toEqual(["10.20.0.0/24", "10.21.0.0/24"]);
    expect(of(sites, "Router")).toHaveLength(1);
    expect(of(sites, "RouterInterface")).toHaveLength(2);
  });

  it("says to neutron how large packets may be, where the document does", async () => {
    const mtus = (nodes: readonly Registered[]) =>
      nodes.filter(({ type }) => type === "openstack:networking/network:Network").map(({ inputs }) => inputs.mtu);
    expect(mtus(sites)).toEqual([1400, 1400]);
    expect(mtus(await graph())).toEqual([undefined]);
  });

  it("puts a host where it says, in its site's zone", () => {
    expect(named(sites, port, "bbb-02-port").inputs.networkId).toBe("network-south-id");
    expect(named(sites, "openstack:compute/instance:Instance", "worker-01").inputs.availabilityZone).toBe("az1");
  });

  it("lets hosts renew their addresses in both", () => {
    expect(named(sites, rule, "hosts-out-udp:67-to-10.21.0.0/24").inputs.remoteIpPrefix).toBe("10.21.0.0/24");
  });

  it("knows media hosts by the addresses they announce: behind floating IPs the group does not match", () => {
    expect(named(sites, rule, "turn-in-udp:32769-65535-from-bbb-02/32").inputs).toMatchObject({
      remoteIpPrefix: expect.stringMatching(/^203\.0\.113\.\d+\/32$/),
      direction: "ingress",
    });
    expect(named(sites, rule, "bbb-out-udp:32769-65535-to-turn-1/32").inputs.direction).toBe("egress");
  });
});

describe("static addressing", async () => {
  const told = new Map<string, string>();
  const built = await graph({
    change: (document) => {
      document.network.addressing = "static";
    },
    provider: (type, name, inputs) => {
      if (type.endsWith(":Instance")) told.set(name, (inputs.userData as { value: string }).value);
    },
  });

  it("tells each host its port's address, and neutron to hand out none", () => {
    expect(of(built, "Subnet").map(({ inputs }) => inputs.enableDhcp)).toEqual([false]);
    const { storage } = JSON.parse(told.get("bbb-01") ?? "");
    const { contents } = storage.files.find(({ path }: { path: string }) => path.endsWith("/10-estate.network"));
    // what the cloud of this test says of the port bbb-01-port, its subnet and its network
    expect(decodeURIComponent(contents.source)).toContain("MTUBytes=1450");
    expect(decodeURIComponent(contents.source)).toContain("Address=10.20.0.11/24\nGateway=10.20.0.1\n");
  });

  it("makes a server from nothing that is deleted before it is replaced (decisions A2)", () => {
    const byName = new Map(built.map((node) => [`${node.type}::${node.name}`, node]));
    const from = named(built, "openstack:compute/instance:Instance", "bbb-01").from.userData ?? [];
    expect(from).toEqual(
      expect.arrayContaining([
        "openstack:networking/network:Network::network-local",
        "openstack:networking/port:Port::bbb-01-port",
        "openstack:networking/subnet:Subnet::network-local-subnet",
      ]),
    );
    for (const name of from) expect(byName.get(name)?.deleteBeforeReplace, name).toBe(false);
  });
});

const release = { stream: "stable", version: "4230.2.4", sha256: "ab".repeat(32) };
const uploaded = (change: object) =>
  graph({
    change: (document) => {
      document.image = { ...release, ...change };
    },
  });

describe("an image that the estate uploads", () => {
  it("is a resource of its own for each release and file, never deleted first, from a file that was checked", async () => {
    const [first, second] = [await uploaded({}), await uploaded({ sha256: "cd".repeat(32) })];
    const [one] = of(first, "Image");
    expect(one).toMatchObject({
      name: "estate-flatcar-stable-4230.2.4-abababab",
      deleteBeforeReplace: false,
      ignoreChanges: ["localFilePath"],
      from: { localFilePath: [expect.stringContaining("estate-flatcar-stable-4230.2.4-abababab-file")] },
    });
    expect(of(second, "Image")[0]?.name).not.toBe(one?.name);
    expect(named(first, "openstack:compute/instance:Instance", "bbb-01").inputs.imageId).toBe(`${one?.name}-id`);
  });

  it("comes from its publisher, unless the document has another address", async () => {
    const url = async (change: object) => {
      const [file] = (await uploaded(change)).filter(({ name }) => name.endsWith("-file"));
      return (file?.inputs.environment as Record<string, string> | undefined)?.IMAGE_URL;
    };
    expect(await url({})).toContain("stable.release.flatcar-linux.net/amd64-usr/4230.2.4/");
    expect(await url({ system: "fedora-coreos", version: "43.20251024.3.0" })).toContain("coreos");
    expect(await url({ url: "https://mirror.example.org/flatcar.img.bz2" })).toContain("mirror.example.org");
  });
});

describe("a role's hosts", () => {
  it("are named when only counted", () => {
    expect(of(provider, "Instance").map(({ name }) => name)).toEqual(expect.arrayContaining(["turn-01", "turn-02"]));
  });

  it("are kept on different machines by a server group that is never deleted first", () => {
    const [group] = of(provider, "ServerGroup");
    expect(group).toMatchObject({
      ...{ name: "turn", deleteBeforeReplace: false },
      // another estate in the same project has its own for its turn
      inputs: { name: "estate-turn", policies: ["anti-affinity"] },
    });
    expect(named(provider, "openstack:compute/instance:Instance", "turn-01").inputs.schedulerHints).toEqual([
      { group: "turn-id" },
    ]);
  });

  it("of turn are replaced before those of bbb", async () => {
    const hosts = ["orchestrator-01", "orchestrator-02", "orchestrator-03", "turn-01", "turn-02", "bbb-01"];
    const built = await graph({
      state: hosts.map(serverUrn),
      change: (document) => {
        document.roles.turn = turn;
      },
    });
    const waits = named(built, "openstack:compute/instance:Instance", "bbb-01").dependsOn;
    expect(waits).toEqual(expect.arrayContaining(["command:local:Command::turn-02-ready"]));
  });
});
