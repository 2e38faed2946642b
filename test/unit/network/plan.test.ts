import { expect, test } from "vitest";
import { names } from "../../../local/network/names.ts";
import { plan } from "../../../local/network/plan.ts";
import type { Namespace } from "../../../local/network/world.ts";
import { anyOut, Fixture, id, mac } from "./fixture.ts";

function example(): Fixture {
  const cloud = new Fixture();
  cloud.network("public", "203.0.113.0/24", { mtu: 1500 });
  cloud.network("net", "10.0.0.0/24");
  cloud.group("g", [anyOut]);
  cloud.router("router", "203.0.113.5", { net: "10.0.0.1" });
  cloud.server("host", "net", "10.0.0.5", ["g"]);
  return cloud;
}

function planned(cloud: Fixture, off: readonly string[] = []) {
  const sockets = { metadata: "/m", balancers: "/b" };
  return plan(cloud.state, { interfaces: new Map(), off: new Set(off), metadataSecret: "s", sockets }).world;
}

function namespace(cloud: Fixture, name: string, off: readonly string[] = []): Namespace {
  const found = planned(cloud, off).namespaces.find((one) => one.name === name);
  if (!found) throw new Error(`no namespace ${name}`);
  return found;
}

test("a host is its ports: MAC, addresses, MTU, gateway", () => {
  const { interfaces, routes, loopback } = namespace(example(), names.host(id("host")));
  const [eth0] = interfaces;
  expect(eth0).toEqual({
    name: "eth0",
    tap: names.tap(id("host port")),
    bridge: names.bridge(id("net")),
    mac: mac("host port"),
    mtu: 1450,
    addresses: ["10.0.0.5/24"],
    up: true,
  });
  expect(routes).toEqual([{ destination: "0.0.0.0/0", via: "10.0.0.1", device: "eth0", metric: 100 }]);
  expect(loopback).toEqual(["169.254.169.254/32"]);
});

test("a subnet's own routes are set, and a default route among them replaces the gateway", () => {
  const cloud = example();
  const routes = [
    { destination: "172.16.0.0/16", nexthop: "10.0.0.9" },
    { destination: "169.254.169.254/32", nexthop: "10.0.0.2" },
  ];
  cloud.change("subnets", "net subnet", { host_routes: routes });
  const host = names.host(id("host"));
  expect(namespace(cloud, host).routes.map(({ destination, via }) => `${destination} ${via}`)).toEqual([
    "172.16.0.0/16 10.0.0.9",
    "0.0.0.0/0 10.0.0.1",
  ]);
  cloud.change("subnets", "net subnet", { host_routes: [{ destination: "0.0.0.0/0", nexthop: "10.0.0.9" }] });
  expect(namespace(cloud, host).routes.map(({ via }) => via)).toEqual(["10.0.0.9"]);
});

test("without power the links are unplugged, without addresses; with the port switched off it is only unplugged", () => {
  const cloud = example();
  const on = namespace(cloud, names.host(id("host")));
  const off = namespace(cloud, names.host(id("host")), [id("host")]);
  const without = { up: false, addresses: [] };
  expect(off).toEqual({ ...on, routes: [], interfaces: on.interfaces.map((item) => ({ ...item, ...without })) });
  cloud.change("ports", "host port", { admin_state_up: false });
  const unplugged = { ...on, interfaces: on.interfaces.map((item) => ({ ...item, up: false })) };
  expect(namespace(cloud, names.host(id("host")))).toEqual(unplugged);
});

test("the networks of the cloud are the operator's bridges, and have its addresses; other bridges have none", () => {
  const { bridges } = planned(example());
  expect(bridges.map(({ name, addresses, mtu }) => [name, addresses, mtu])).toEqual([
    ["br-ext", ["203.0.113.1/24"], 1500],
    [names.bridge(id("net")), [], 1450],
    // there before neutron is
    ["br-campus", ["198.51.100.1/24"], 1500],
  ]);
  const cloud = example();
  cloud.change("networks", "net", { name: "public" });
  expect(planned(cloud).bridges.map(({ name }) => name)).toEqual(["br-ext", names.bridge(id("net")), "br-campus"]);
  expect(planned(new Fixture()).bridges.map(({ name }) => name)).toEqual(["br-ext", "br-campus"]);
});

test("a router has its gateway, its floating IPs, and both directions of their translation", () => {
  const cloud = example();
  cloud.floatingIp("203.0.113.20", "router", "host port", "10.0.0.5");
  cloud.add("floatingIps", {
    id: id("forwarded"),
    floating_ip_address: "203.0.113.21",
    fixed_ip_address: null,
    port_id: null,
    router_id: id("router"),
    port_forwardings: [{ protocol: "tcp", external_port: 2222, internal_port: 22, internal_ip_address: "10.0.0.5" }],
  });
  const { interfaces, routes, nft, sysctls } = namespace(cloud, names.router(id("router")));
  const outside = names.routerGateway(id("router gateway"));
  expect(interfaces.map(({ name, addresses }) => [name, addresses])).toEqual([
    [names.routerInterface(id("router on net")), ["10.0.0.1/24"]],
    [outside, ["203.0.113.5/24", "203.0.113.20/32", "203.0.113.21/32"]],
  ]);
  expect(routes).toEqual([{ destination: "0.0.0.0/0", via: "203.0.113.1", device: outside, metric: 100 }]);
  expect(sysctls["net/ipv4/ip_forward"]).toBe("1");
  expect(nft).toContain("dnat to ip daddr map { 203.0.113.20 : 10.0.0.5 }");
  expect(nft).toContain("snat to ip saddr map { 10.0.0.5 : 203.0.113.20 }");
  expect(nft).toContain("ip daddr 203.0.113.21 tcp dport 2222 dnat to 10.0.0.5:22");
  expect(nft).toContain(`oifname "${outside}" snat to 203.0.113.5`);
});

test("a router without SNAT only translates floating IPs; one without a gateway, or switched off, nothing", () => {
  const cloud = example();
  const router = names.router(id("router"));
  const external_gateway_info = { network_id: id("public"), enable_snat: false };
  cloud.change("routers", "router", { external_gateway_info });
  expect(namespace(cloud, router).nft).not.toContain("snat to 203.0.113.5");
  cloud.remove("ports", "router gateway");
  expect(namespace(cloud, router).nft).toBe("table ip estate-router\ndelete table ip estate-router\n");
  cloud.change("routers", "router", { admin_state_up: false });
  expect(() => namespace(cloud, router)).toThrow("no namespace");
});

test("extra routes of a router leave by the interface their next hop is on", () => {
  const cloud = example();
  cloud.change("routers", "router", {
    routes: [
      { destination: "10.244.0.0/16", nexthop: "10.0.0.5" },
      { destination: "10.1.0.0/16", nexthop: "192.168.9.9" },
    ],
  });
  const { routes } = namespace(cloud, names.router(id("router")));
  expect(routes.slice(1)).toEqual([
    { destination: "10.244.0.0/16", via: "10.0.0.5", device: names.routerInterface(id("router on net")), metric: 100 },
  ]);
});

test("IPv6 comes with addresses and a gateway of its own", () => {
  const cloud = example();
  const subnet = {
    network_id: id("net"),
    ip_version: 6,
    gateway_ip: "fd00::1",
    host_routes: [],
    dns_nameservers: [],
  } as const;
  cloud.add("subnets", { ...subnet, id: id("six"), cidr: "fd00::/64" });
  const fixed_ips = [{ subnet_id: id("six"), ip_address: "fd00::5" }];
  cloud.change("ports", "host port", { fixed_ips });
  const { interfaces, routes } = namespace(cloud, names.host(id("host")));
  expect(interfaces[0]?.addresses).toEqual(["fd00::5/64"]);
  expect(routes).toEqual([{ destination: "::/0", via: "fd00::1", device: "eth0", metric: 100 }]);
});

test("a host's nameservers are its subnets', else the cloud's own", () => {
  const cloud = example();
  expect(planned(cloud).hosts.get(id("host"))?.nameservers).toEqual(["192.0.2.53"]);
  cloud.change("subnets", "net subnet", { dns_nameservers: ["10.0.0.53"] });
  expect(planned(cloud).hosts.get(id("host"))?.nameservers).toEqual(["10.0.0.53"]);
});

test("ports that belong to no server make no host", () => {
  const cloud = example();
  cloud.port("spare", "net", "10.0.0.77");
  cloud.port("dhcp", "net", "10.0.0.2", { device_id: "dhcp-x", device_owner: "network:dhcp" });
  expect([...planned(cloud).hosts.keys()]).toEqual([id("host")]);
});
