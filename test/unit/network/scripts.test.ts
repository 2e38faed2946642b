import { expect, test } from "vitest";
import { namespaceScript } from "../../../local/network/namespace-script.ts";
import { freshTaps, type Made, nothingMade, stackBatch, tapsOf } from "../../../local/network/stack-script.ts";
import type { Interface, Namespace, World } from "../../../local/network/world.ts";

const eth0: Interface = {
  name: "eth0",
  tap: "tap1",
  bridge: "br-1",
  mac: "fa:16:3e:00:00:01",
  mtu: 1450,
  addresses: ["10.0.0.5/24"],
  up: true,
};
const host: Namespace = {
  name: "host-1",
  interfaces: [eth0],
  loopback: ["169.254.169.254/32"],
  routes: [{ destination: "0.0.0.0/0", via: "10.0.0.1", device: "eth0", metric: 100 }],
  sysctls: { "net/ipv4/ip_forward": "1", "net/ipv4/conf/default/rp_filter": "0" },
  nft: "table inet t {\n}\n",
};
const bridge = { name: "br-1", mac: "02:00:00:00:00:01", mtu: 1450, up: true, addresses: [] };
const world: World = { bridges: [bridge], namespaces: [host], nft: "", hosts: new Map(), notes: [] };
const made: Made = {
  bridges: new Map([["br-1", bridge]]),
  taps: tapsOf(world),
  ownLinks: new Set(["br-1", "tap1"]),
  ownNamespaces: new Set(["host-1"]),
  sure: true,
};
const actual = { links: new Set(["lo", "br-1", "tap1", "someone"]), namespaces: new Set(["host-1", "else"]) };
const none = new Set<string>();
const gone = { links: new Set(["lo"]), namespaces: none };
const withInterface = (change: Partial<Interface>): Namespace => ({ ...host, interfaces: [{ ...eth0, ...change }] });

test("a new namespace gets its filter before its addresses, and its routes last", () => {
  const script = namespaceScript(undefined, host, new Set(["tap1"])) ?? "";
  const order = [
    "/proc/sys/net/ipv4/ip_forward",
    "/proc/sys/net/ipv4/conf/eth0/rp_filter",
    "nft -f -",
    "address replace 169.254.169.254/32 dev lo",
    "address replace 10.0.0.5/24 dev eth0",
    "link set eth0 up",
    "route replace 0.0.0.0/0 via 10.0.0.1 dev eth0",
  ].map((line) => script.indexOf(line));
  expect(order).not.toContain(-1);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test("nothing is run where nothing changed", () => {
  expect(namespaceScript(host, { ...host }, none)).toBeUndefined();
  expect(stackBatch(made, world, actual, none)).toEqual([]);
});

test("without addresses of its own an interface loses those too that programs gave it", () => {
  const off = { ...withInterface({ addresses: [], up: false }), routes: [] };
  const script = namespaceScript(host, off, none) ?? "";
  expect(script).toContain("\naddress flush dev eth0 scope global\n");
  expect(script).not.toContain("replace");
  expect(namespaceScript(off, off, none)).toBeUndefined();
  expect(namespaceScript(off, host, none)).toContain("address replace 10.0.0.5/24 dev eth0");
});

test("changed rules are only loaded", () => {
  const script = namespaceScript(host, { ...host, nft: "table inet u {\n}\n" }, none);
  expect(script).toBe("set -e\nnft -f - <<'END'\ntable inet u {\n}\nEND\n");
});

test("an address that comes is announced, one that goes is taken away, and the routes are set again", () => {
  const script = namespaceScript(host, withInterface({ addresses: ["10.0.0.6/24"] }), none) ?? "";
  expect(script).toContain("address del 10.0.0.5/24 dev eth0");
  expect(script).toContain("address replace 10.0.0.6/24 dev eth0");
  expect(script).toContain(`link set eth0 address ${eth0.mac}`);
  expect(script).toContain("route replace 0.0.0.0/0");
  expect(namespaceScript(host, { ...host, routes: [] }, none)).toContain("route del 0.0.0.0/0");
});

test("a link that was made anew is set up anew", () => {
  const script = namespaceScript(host, host, new Set(["tap1"])) ?? "";
  expect(script).toContain("link set eth0 up");
  expect(script).toContain("route replace");
  expect(script).not.toContain("nft");
});

test("after a failure everything is set again", () => {
  const script = namespaceScript(withInterface({ addresses: ["10.0.0.5/24", "10.0.0.9/24"] }), host, none, false) ?? "";
  expect(script).toContain("address del 10.0.0.9/24");
  for (const line of ["nft -f", "address replace 10.0.0.5/24", "link set eth0 up", "route replace"])
    expect(script).toContain(line);
  expect(stackBatch({ ...made, sure: false }, world, actual, none)).toEqual([
    "link set br-1 mtu 1450 up",
    "link set tap1 mtu 1450",
    "link set tap1 master br-1",
    "link set tap1 up",
  ]);
});

test("bridges and namespaces come before the links that need them", () => {
  const fresh = freshTaps(nothingMade, world, gone);
  expect([...fresh]).toEqual(["tap1"]);
  expect(stackBatch(nothingMade, world, gone, fresh)).toEqual([
    "netns add host-1",
    "link add name br-1 address 02:00:00:00:00:01 type bridge mcast_snooping 0",
    "link set br-1 mtu 1450 up",
    "link add tap1 mtu 1450 type veth peer name eth0 address fa:16:3e:00:00:01 mtu 1450 netns host-1",
    "link set tap1 master br-1",
    "link set tap1 up",
  ]);
});

test("what is gone from the cloud goes, and what is not ours stays", () => {
  const empty = { ...world, bridges: [], namespaces: [] };
  expect(stackBatch(made, empty, actual, none)).toEqual([
    "link delete br-1",
    "link delete tap1",
    "netns delete host-1",
  ]);
});

test("a link whose MAC changed, or that somebody deleted, is made anew", () => {
  const changed = { ...world, namespaces: [withInterface({ mac: "fa:16:3e:00:00:02" })] };
  expect([...freshTaps(made, changed, actual)]).toEqual(["tap1"]);
  expect(stackBatch(made, changed, actual, new Set(["tap1"]))[0]).toBe("link delete tap1");
  expect([...freshTaps(made, world, { ...actual, links: new Set(["lo", "br-1"]) })]).toEqual(["tap1"]);
});

test("power and MTU change in place", () => {
  const unplugged = { ...world, namespaces: [withInterface({ up: false, mtu: 1400 })] };
  expect(stackBatch(made, unplugged, actual, none)).toEqual(["link set tap1 mtu 1400", "link set tap1 down"]);
  expect(namespaceScript(host, withInterface({ mtu: 1400 }), none)).toContain("link set eth0 mtu 1400");
});
