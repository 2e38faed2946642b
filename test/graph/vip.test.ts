/** The VIP before the orchestrator's API: what is made for it, what depends on it, and how an estate moves to it. */
import { describe, expect, it } from "vitest";
import { behindVip } from "../unit/stacks/fixtures.ts";
import { nameOf, reached } from "./order.ts";
import { graph, readyUrn, serverUrn } from "./program.ts";
import type { Registered } from "./record.ts";

const named = (nodes: readonly Registered[], kind: string, name: string) => {
  const found = nodes.find((node) => node.type.endsWith(`:${kind}`) && node.name === name);
  return found ?? expect.fail(`no ${kind} ${name}`);
};
const address = "10.20.0.8"; // what the recorder's cloud gives to api-port
const servers = ["orchestrator-01", "orchestrator-02", "orchestrator-03"];
const others = ["bbb-01", "bbb-02", "worker-01"];
const port = "openstack:networking/port:Port::api-port";
const drain = (host: string) => `command:local:Command::${host}-drain`;
const ready = (host: string) => `command:local:Command::${host}-ready`;
const record = (name: string) => `openstack:dns/recordSet:RecordSet::dns-${name}`;
const names = [record("api"), record("api.internal")];
const association = "openstack:networking/floatingIpAssociate:FloatingIpAssociate::api-floating-ip-association";

// with the mirror that the VIP's image comes from, which every host is told
const direct = await graph({
  change: (document) => {
    behindVip(document);
    document.orchestrator.api = { front: "hosts" };
  },
});
const built = await graph({ change: behindVip });
const existing = [...[...servers, ...others].map(serverUrn), ...[...servers, ...others].map(readyUrn)];

describe("a VIP", () => {
  it("is a port that is no server's, on the servers' network, and filters nothing", () => {
    expect(named(built, "Port", "api-port").inputs).toEqual({
      ...{ name: "estate-api", networkId: "network-local-id", adminStateUp: true, noSecurityGroups: true },
      fixedIps: [{ subnetId: "network-local-subnet-id" }],
    });
    for (const { inputs } of built.filter(({ type }) => type.endsWith(":Instance")))
      expect(JSON.stringify(inputs.networks)).not.toContain("api-port");
  });

  it("may be had by the servers' ports, as the one address that it is, and by no others", () => {
    for (const name of servers)
      expect(named(built, "Port", `${name}-port`).inputs.allowedAddressPairs).toEqual([{ ipAddress: address }]);
    for (const name of others)
      expect(named(built, "Port", `${name}-port`).inputs).not.toHaveProperty("allowedAddressPairs");
  });

  it("has a floating IP, to which the API's name leads; the internal one leads to the address itself", () => {
    const floating = named(built, "FloatingIp", "api-floating-ip");
    expect(named(built, "FloatingIpAssociate", "api-floating-ip-association")).toMatchObject({
      inputs: { portId: "api-port-id" },
      dependsOn: expect.arrayContaining([
        "openstack:networking/routerInterface:RouterInterface::network-local-router-interface",
      ]),
    });
    expect(named(built, "RecordSet", "dns-api").from.records).toEqual([nameOf(floating)]);
    expect(named(built, "RecordSet", "dns-api.internal").inputs.records).toEqual([address]);
  });

  it("lets hosts send to it; nothing else is opened for it, and nothing is closed", () => {
    const rules = (nodes: readonly Registered[]) =>
      nodes.filter(({ type }) => type.endsWith(":SecGroupRule")).map(({ name }) => name);
    expect(rules(built).filter((name) => !rules(direct).includes(name))).toEqual(["hosts-out-tcp:6443-to-api/32"]);
    expect(rules(direct).filter((name) => !rules(built).includes(name))).toEqual([]);
    expect(named(built, "SecGroupRule", "hosts-out-tcp:6443-to-api/32").inputs).toMatchObject({
      ...{ direction: "egress", protocol: "tcp", portRangeMin: 6443, remoteIpPrefix: `${address}/32` },
    });
  });

  it("is told to servers, and deleted before none of them (decisions A2)", () => {
    for (const name of servers) {
      const instance = named(built, "Instance", name);
      expect(instance.from.userData).toContain(port);
      for (const source of new Set(Object.values(instance.from).flat()))
        expect([source, built.find((node) => nameOf(node) === source)?.deleteBeforeReplace]).not.toEqual([
          source,
          true,
        ]);
    }
    expect(named(built, "Port", "api-port").deleteBeforeReplace).toBe(false);
    for (const name of others) expect(named(built, "Instance", name).from.userData ?? []).not.toContain(port);
  });

  it("changes no other host: all that these are told is what it was", () => {
    for (const name of others)
      expect(named(built, "Instance", name).inputs.metadata).toEqual(named(direct, "Instance", name).inputs.metadata);
  });
});

describe.each([
  ["the first time", built],
  ["when the names lead there already", await graph({ change: behindVip, state: existing, outputs: moved() })],
])("%s", (_, nodes) => {
  it("the names and the floating IP are there before any gate asks the API, and go after the last was asked", () => {
    for (const host of [...servers, ...others])
      expect([...reached(nodes, drain(host))]).toEqual(expect.arrayContaining([...names, association, port]));
  });
});

describe("an estate that moves to a VIP", async () => {
  const moving = await graph({ change: behindVip, state: existing });

  it("has its names lead there when every server was replaced, since none has the address before", () => {
    for (const name of names) expect([...reached(moving, name)]).toEqual(expect.arrayContaining(servers.map(ready)));
  });

  it("has the gates of all go by the names as they are, and the address wait for the servers", () => {
    for (const host of [...servers, ...others])
      expect(names.filter((name) => reached(moving, drain(host)).has(name))).toEqual([]);
    for (const host of servers)
      expect([...reached(moving, drain(host))]).toEqual(expect.arrayContaining([association, port]));
  });

  it("makes the same as one that was made so", () => {
    const inputs = (nodes: readonly Registered[]) => nodes.map((node) => [nameOf(node), node.parent, node.inputs]);
    expect(inputs(moving)).toEqual(inputs(built));
  });
});

/** What the state says of an estate that has moved. */
function moved() {
  return {
    "urn:pulumi:test::estate::estate:network:ApiVip$openstack:networking/port:Port::api-port": {
      allFixedIps: [address],
    },
    "urn:pulumi:test::estate::estate:network:Dns$openstack:dns/recordSet:RecordSet::dns-api.internal": {
      records: [address],
    },
  };
}
