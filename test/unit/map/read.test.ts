/** What is read from a state: hosts, networks, names, and who may reach whom. */
import { describe, expect, it } from "vitest";
import type { Reach } from "../../../cli/map/estate-map.ts";
import { readMap } from "../../../cli/map/read.ts";
import { readState } from "../../../cli/map/state.ts";
import { type Exported, type ExportedState, resource, stateOf } from "./states.ts";

const mapOf = (state: unknown) => readMap(readState("test", state));
const six = mapOf(await stateOf("six hosts"));
const two = mapOf(await stateOf("two sites of the cloud"));

const short = ({ from, to, service, protocol, ports, ruled }: Reach) =>
  `${from.name} > ${to.name}: ${service} ${protocol} ${ports}${ruled === "as needed" ? "" : ` ${ruled}`}`;

/** The rule of a group for a port. */
function rule({ deployment }: ExportedState, group: string, direction: string, port: number): Exported {
  const wanted = { securityGroupId: `groups-${group}-id`, direction, portRangeMin: port };
  const found = deployment.resources.find(({ inputs }) =>
    Object.entries(wanted).every(([key, value]) => inputs[key] === value),
  );
  if (!found) throw new Error(`no rule ${JSON.stringify(wanted)}`);
  return found;
}

describe("mode private", () => {
  it("has the estate's names, and when the state was written", () => {
    expect(six).toMatchObject({ stack: "test", estate: "estate", zone: "estate.test" });
    expect(six.changed).toBe("2026-11-21T18:00:00.123456789Z");
    expect(six.names.map(({ name }) => name)).toEqual(["api.estate.test", "api.internal.estate.test"]);
    expect(six.names[0]?.addresses).toEqual(["203.0.113.10", "203.0.113.11", "203.0.113.12"]);
  });

  it("has the router, the network it leads to, and the sites' networks", () => {
    expect(six.router).toEqual({ name: "estate", external: "public", addresses: ["203.0.113.2"] });
    expect(six.sites).toEqual([{ name: "local", network: "estate-local", cidr: "10.20.0.0/24", own: true }]);
  });

  it("has every host with all that is known of it, by role in the order in which they are built", () => {
    const names = six.hosts.map(({ name }) => name);
    expect(names).toEqual(["orchestrator-01", "orchestrator-02", "orchestrator-03", "bbb-01", "bbb-02", "worker-01"]);
    expect(six.hosts.find(({ name }) => name === "bbb-01")).toEqual({
      ...{ name: "bbb-01", role: "bbb", site: "local", flavor: "m1.large", zone: "az1", image: "flatcar-local" },
      fixed: expect.stringMatching(/^10\.20\.0\.1\d$/),
      floating: expect.stringMatching(/^203\.0\.113\.1\d$/),
      ...{ names: ["bbb-01.estate.test", "bbb-01.internal.estate.test"], volumes: [] },
      ...{ health: "up", reason: "its server joined and was Ready" },
    });
    expect(six.hosts.at(-1)).not.toHaveProperty("floating");
  });
});

describe("mode provider", () => {
  it("has no router; the cloud's networks are known from their servers, their ranges from the rules", () => {
    expect(two.router).toBeUndefined();
    expect(two.sites).toEqual([
      { name: "campus-north", network: "campus-north", cidr: "198.51.100.0/25", own: false },
      { name: "campus-south", network: "campus-south", cidr: "198.51.100.128/25", own: false },
    ]);
    expect(two.hosts.find(({ name }) => name === "turn-2")).toMatchObject({
      site: "campus-south",
      apart: "anti-affinity",
    });
    expect(two.hosts.find(({ name }) => name === "orchestrator-01")?.volumes).toEqual([
      { name: "datastore", sizeGiB: 20 },
    ]);
  });

  it("has the id of a network on which no server was made yet", async () => {
    const state = await stateOf("two sites of the cloud");
    state.deployment.resources = state.deployment.resources.filter(
      ({ type }) => !/:Instance$|:SecGroupRule$|:Command$/.test(type),
    );
    const map = mapOf(state);
    expect(map.sites.map(({ network, cidr }) => [network, cidr])).toEqual([
      ["getNetwork-campus-north", ""],
      ["getNetwork-campus-south", ""],
    ]);
    expect(map.hosts.every(({ health }) => health === "down")).toBe(true);
  });
});

describe("who may reach whom", () => {
  it("has one entry for the rules of both ends, with the role for single hosts of it", () => {
    expect(six.reach.filter(({ to }) => to.name !== "hosts" && to.kind === "role").map(short)).toEqual([
      "world > bbb: http tcp 80",
      "world > bbb: https tcp 443",
      "world > bbb: media udp 16384-32768",
      // what has no hosts of its own is on those that take any pod
      "world > worker: http or others tcp 80",
      "world > worker: https or others tcp 443",
      "administrators > orchestrator: api tcp 6443",
      "administrators > worker: https or others tcp 443",
      "hosts > orchestrator: api tcp 6443",
      "orchestrator > orchestrator: etcd tcp 2379-2380",
      "worker > bbb: bbb-exporter tcp 9688",
      // of which the other end is open to the world
      "worker > bbb: https tcp 443",
    ]);
    expect(two.reach.map(short)).toContain("bbb > turn: turn-relay udp 32769-65535");
  });

  it("knows hosts by the addresses they announce, behind floating IPs", async () => {
    const state = await stateOf("six hosts");
    const { address } = resource(state, "FloatingIp", "orchestrator-02-floating-ip").outputs;
    rule(state, "bbb", "ingress", 16_384).outputs.remoteIpPrefix = `${address}/32`;
    expect(mapOf(state).reach.map(short)).toContain("orchestrator > bbb: media udp 16384-32768 by the receiver alone");
  });

  it("names what is outside by what it is there for", () => {
    const outside = six.reach.filter(({ from, to }) => from.name === "hosts" && to.kind === "range");
    expect(outside.map(({ to, service }) => [to.name, to.cidr, service])).toEqual([
      ["dhcp", "255.255.255.255/32", "dhcp"],
      ["download", "192.0.2.80/32", "download"],
      ["metadata", "169.254.169.254/32", "metadata"],
      ["nameserver", "192.0.2.53/32", "dns"],
      ["nameserver", "192.0.2.53/32", "dns-tcp"],
      ["site", "10.20.0.0/24", "dhcp-renewal"],
      ["time server", "192.0.2.53/32", "time"],
    ]);
    expect(six.reach.map(short)).toContain("administrators > hosts: ping icmp type 8");
  });

  it("shows the way to a VIP as that to the servers, which have it in turn, and no host of its port", async () => {
    const map = mapOf(await stateOf("six hosts behind a VIP"));
    const plain = ({ hosts }: typeof map) => hosts.map(({ name, role, site, health }) => [name, role, site, health]);
    expect(plain(map)).toEqual(plain(six));
    expect(map.reach).toEqual(six.reach);
    expect(map.names.map(({ addresses }) => addresses.length)).toEqual([1, 1]);
  });

  it("tells the load balancer before the API from the administrators", async () => {
    const { reach } = mapOf(await stateOf("six hosts behind a load balancer"));
    expect(reach.map(short).filter((line) => line.endsWith("api tcp 6443"))).toEqual([
      "administrators > orchestrator: api tcp 6443",
      "load balancer > orchestrator: api tcp 6443",
      "hosts > load balancer: api tcp 6443",
      "hosts > orchestrator: api tcp 6443",
    ]);
  });

  it("says where one end between groups has no rule", async () => {
    const state = await stateOf("six hosts");
    const gone = [rule(state, "worker", "egress", 9688), rule(state, "orchestrator", "ingress", 2379)];
    state.deployment.resources = state.deployment.resources.filter((one) => !gone.includes(one));
    const reach = mapOf(state).reach.map(short);
    expect(reach).toContain("worker > bbb: bbb-exporter tcp 9688 by the receiver alone");
    expect(reach).toContain("orchestrator > orchestrator: etcd tcp 2379-2380 by the sender alone");
  });
});

it("a port that the catalogue does not know has no service, one that it knows many times has the first of them", async () => {
  const state = await stateOf("six hosts");
  Object.assign(rule(state, "bbb", "ingress", 80).outputs, { portRangeMin: 81, portRangeMax: 82 });
  Object.assign(rule(state, "orchestrator", "ingress", 2379).outputs, { portRangeMin: 443, portRangeMax: 443 });
  const reach = mapOf(state).reach.map(short);
  expect(reach).toContain("world > bbb:  tcp 81-82");
  expect(reach).toContain("orchestrator > orchestrator: https or others tcp 443 by the receiver alone");
});

it("two subnets of one network of the cloud are two sites", async () => {
  const text = JSON.stringify(await stateOf("two sites of the cloud"));
  const { sites, hosts } = mapOf(JSON.parse(text.replaceAll("campus-south", "campus-north")));
  expect(sites.map(({ name }) => name)).toEqual(["campus-north 198.51.100.0/25", "campus-north 198.51.100.128/25"]);
  expect(hosts.filter(({ site }) => site === sites[1]?.name)).toHaveLength(5);
});

it("what is no exported state is told", () => {
  expect(() => readState("prod", { deployment: { resources: [{ urn: 1 }] } })).toThrow(
    "the state of the stack prod is not of a form that is known here",
  );
});
