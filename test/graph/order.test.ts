/** What is made before what, and goes after what: of all that there is, and of what a change takes away. */
import { describe, expect, it, vi } from "vitest";
import { nameOf, reached } from "./order.ts";
import { graph, type Run, readyUrn, serverUrn } from "./program.ts";
import type { Registered } from "./record.ts";

const instance = (host: string) => `openstack:compute/instance:Instance::${host}`;
const drain = (host: string) => `command:local:Command::${host}-drain`;
const ready = (host: string) => `command:local:Command::${host}-ready`;
const association = (host: string) =>
  `openstack:networking/floatingIpAssociate:FloatingIpAssociate::${host}-floating-ip-association`;
const record = (name: string) => `openstack:dns/recordSet:RecordSet::dns-${name}`;
const rule = (key: string) => `openstack:networking/secGroupRule:SecGroupRule::${key}`;
const way = "openstack:networking/routerInterface:RouterInterface::network-local-router-interface";
const key = "openstack:compute/keypair:Keypair::key";
const apiRule = rule("orchestrator-in-tcp:6443-from-203.0.113.1/32");
const namesOf = (nodes: readonly Registered[], type: string) =>
  nodes.filter((node) => node.type.endsWith(`:${type}`)).map(nameOf);

const servers = ["orchestrator-01", "orchestrator-02", "orchestrator-03"];
const agents = ["bbb-01", "bbb-02", "turn-1", "turn-2", "worker-01"];
const hosts = [...servers, ...agents];
const turn = { flavor: "m1.small", publicAddress: true, hosts: { "turn-1": {}, "turn-2": {} } };

/** The local document with relays, so that there are rules for the addresses of single hosts. */
function estate(change: NonNullable<Run["change"]> = () => undefined, state: readonly string[] = []) {
  const changed: Run["change"] = (document) => {
    document.roles.turn = structuredClone(turn);
    change(document);
  };
  return graph({ change: changed, state });
}

const whole = await estate();
const built = await estate(undefined, [...hosts.map(serverUrn), ...hosts.map(readyUrn)]);

/** What a change of the document takes away, as the state has it: that is what the engine orders. */
async function taken(change: NonNullable<Run["change"]>, nodes = whole): Promise<Registered[]> {
  const left = new Set((await estate(change)).map(nameOf));
  return nodes.filter((node) => !left.has(nameOf(node)));
}

describe.each([
  ["the first time", whole],
  ["when all exist", built],
])("what is made, %s", (_, nodes) => {
  it.each(hosts)("%s starts after every rule, the way out and the key pair", (host) => {
    const before = reached(nodes, instance(host));
    const rules = namesOf(nodes, "SecGroupRule");
    expect(rules.length).toBeGreaterThan(40);
    expect([...rules, way, key].filter((name) => !before.has(name))).toEqual([]);
  });

  it.each(hosts.filter((host) => host !== "worker-01"))("%s starts after its floating IP leads to it", (host) => {
    expect([...reached(nodes, instance(host))]).toContain(association(host));
  });

  it.each(hosts)("the gates of %s open after its server, the API's names and all on the way to the API", (host) => {
    const path = [record("api"), record("api.internal"), apiRule, way, ...servers.map(association)];
    for (const gate of [drain(host), ready(host)])
      expect([...reached(nodes, gate)]).toEqual(expect.arrayContaining([instance(host), ...path]));
    expect([...reached(nodes, ready(host))]).toContain(drain(host));
  });

  it.each(agents)("the gates of %s open after the orchestrator is ready", (host) => {
    for (const gate of [drain(host), ready(host)])
      expect([...reached(nodes, gate)]).toEqual(expect.arrayContaining(servers.map(ready)));
  });
});

describe("what goes with a host that is taken out of its pool", async () => {
  const deleted = await taken((document) => {
    delete document.roles.bbb.hosts["bbb-02"];
  });

  it("are the rules for its address, in the groups of others", () => {
    expect(namesOf(deleted, "SecGroupRule").sort()).toEqual([
      rule("turn-in-udp:32769-65535-from-bbb-02/32"),
      rule("turn-out-udp:16384-32768-to-bbb-02/32"),
      rule("worker-out-tcp:443-to-bbb-02/32"),
    ]);
  });

  it("goes after it is drained and its server is gone: until then it keeps its addresses and is let in", () => {
    const kinds = ["SecGroupRule", "Port", "FloatingIp", "FloatingIpAssociate"].flatMap((type) =>
      namesOf(deleted, type),
    );
    expect(kinds).toHaveLength(6);
    expect([...reached(deleted, drain("bbb-02"))]).toEqual(expect.arrayContaining([instance("bbb-02"), ...kinds]));
    expect([...reached(deleted, instance("bbb-02"))]).toEqual(expect.arrayContaining(kinds));
  });
});

describe("what goes with a role", async () => {
  const deleted = await taken((document) => {
    delete document.roles.turn;
  });

  it("are the rules of its group, and those for its hosts", () => {
    expect(namesOf(deleted, "SecGroupRule")).toEqual(
      expect.arrayContaining([
        rule("turn-in-tcp:443-from-0.0.0.0/0"),
        rule("turn-in-udp:32769-65535-from-bbb-01/32"),
        rule("bbb-in-udp:16384-32768-from-turn-2/32"),
      ]),
    );
  });

  it.each(["turn-1", "turn-2"])("goes after %s is drained and its server is gone", (host) => {
    const rules = namesOf(deleted, "SecGroupRule");
    expect([...reached(deleted, instance(host))]).toEqual(expect.arrayContaining(rules));
    expect([...reached(deleted, drain(host))]).toEqual(expect.arrayContaining([instance(host), ...rules]));
  });
});

describe("a host that leaves while the document changes for all", async () => {
  const deleted = await taken((document) => {
    delete document.roles.bbb.hosts["bbb-02"];
    document.network.nameservers = { other: "192.0.2.54" };
    document.admins.cidrs = { operators: "203.0.113.2/32" };
  });

  it("keeps what it was told of until it is gone: its old name server", () => {
    const old = rule("hosts-out-udp:53-to-192.0.2.53/32");
    expect(deleted.map(nameOf)).toContain(old);
    expect([...reached(deleted, instance("bbb-02"))]).toContain(old);
  });

  it("is drained by operators who are let in until then", () => {
    expect(deleted.map(nameOf)).toContain(apiRule);
    expect([...reached(deleted, drain("bbb-02"))]).toContain(apiRule);
  });
});

describe("the whole estate", () => {
  it("goes only when every host is drained: rules, names, addresses, orchestrator", () => {
    const last = ["SecGroupRule", "RouterInterface", "Keypair"].flatMap((type) => namesOf(whole, type));
    const path = [record("api"), record("api.internal"), ...servers.map(association)];
    for (const host of hosts)
      expect([...reached(whole, drain(host))], host).toEqual(expect.arrayContaining([...last, ...path]));
    for (const host of agents)
      expect([...reached(whole, drain(host))]).toEqual(expect.arrayContaining(servers.map(drain)));
  });
});

it("a host that is out of service is replaced before the others of its pool, and nothing else is another", async () => {
  vi.stubEnv("ESTATE_DOWN", "bbb-02");
  const state = [...hosts.map(serverUrn), ...hosts.map(readyUrn)];
  const nodes = await estate(undefined, state).finally(() => vi.unstubAllEnvs());
  expect(nodes.map(nameOf).sort()).toEqual(built.map(nameOf).sort());
  expect([...reached(nodes, instance("bbb-01"))]).toContain(ready("bbb-02"));
  expect([...reached(nodes, instance("bbb-02"))]).not.toContain(ready("bbb-01"));
  // as the document has them, it is the other way round; and the pool before comes first all the same
  expect([...reached(built, instance("bbb-02"))]).toContain(ready("bbb-01"));
  expect([...reached(nodes, instance("bbb-02"))]).toContain(ready("turn-2"));
});
