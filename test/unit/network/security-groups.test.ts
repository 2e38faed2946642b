import { expect, test } from "vitest";
import { indexed } from "../../../local/network/cloud.ts";
import type { SecurityGroupRule } from "../../../local/network/model.ts";
import { securityGroupsTable } from "../../../local/network/security-groups.ts";
import { anyOut, Fixture, id, tcp } from "./fixture.ts";

/** The table of a host in group "g", and of a peer whose addresses are in group "peers". */
function table(rules: readonly Partial<SecurityGroupRule>[], more = {}): string {
  const cloud = new Fixture();
  cloud.network("net", "10.0.0.0/24");
  cloud.group("g", rules);
  const port = cloud.port("host port", "net", "10.0.0.5", { security_groups: [id("g")], ...more });
  cloud.port("peer", "net", "10.0.0.6", {
    security_groups: [id("peers")],
    allowed_address_pairs: [{ ip_address: "10.0.0.100" }, { ip_address: "fd00::6" }],
  });
  cloud.add("addressGroups", { id: id("offices"), addresses: ["198.51.100.0/25"] });
  const plugged = { port, interface: "eth0" };
  return securityGroupsTable(indexed(cloud.state), [plugged], plugged);
}

/** The lines of one chain. */
function chain(text: string, name: string): string[] {
  const lines = text.split("\n");
  const start = lines.indexOf(` chain ${name} {`);
  return lines.slice(start + 1, lines.indexOf(" }", start)).map((line) => line.trim());
}

/** What the rule adds to the ingress chain beside DHCP and the final drop. */
function ingress(rule: Partial<SecurityGroupRule>): string[] {
  return chain(table([rule]), "ingress-eth0").slice(2, -1);
}

test.each<[Partial<SecurityGroupRule>, string]>([
  [{}, "meta nfproto ipv4 accept"],
  [tcp(443), "meta nfproto ipv4 meta l4proto 6 th dport 443 accept"],
  [
    { protocol: "17", port_range_min: 1000, port_range_max: 2000 },
    "meta nfproto ipv4 meta l4proto 17 th dport 1000-2000 accept",
  ],
  [{ protocol: "tcp" }, "meta nfproto ipv4 meta l4proto 6 accept"],
  [
    tcp(22, { remote_ip_prefix: "203.0.113.0/24" }),
    "meta nfproto ipv4 ip saddr 203.0.113.0/24 meta l4proto 6 th dport 22 accept",
  ],
  [tcp(22, { remote_ip_prefix: "0.0.0.0/0" }), "meta nfproto ipv4 meta l4proto 6 th dport 22 accept"],
  [{ protocol: "icmp" }, "meta nfproto ipv4 meta l4proto 1 accept"],
  [{ protocol: "icmp", port_range_min: 8, port_range_max: 0 }, "meta nfproto ipv4 icmp type 8 icmp code 0 accept"],
  [{ ethertype: "IPv6", protocol: "icmp", port_range_min: 128 }, "meta nfproto ipv6 icmpv6 type 128 accept"],
  [{ protocol: "vrrp" }, "meta nfproto ipv4 meta l4proto 112 accept"],
  [{ protocol: "any" }, "meta nfproto ipv4 accept"],
  [{ ethertype: "IPv6", remote_ip_prefix: "fd00::/64" }, "meta nfproto ipv6 ip6 saddr fd00::/64 accept"],
])("rule %o", (rule, line) => {
  expect(ingress(rule)).toEqual([line]);
});

test("a remote group is the set of its members' addresses with what they may also send as, by family", () => {
  const text = table([
    tcp(1, { remote_group_id: id("peers") }),
    tcp(2, { ethertype: "IPv6", remote_group_id: id("peers") }),
  ]);
  expect(text).toContain(`ip saddr @group-${id("peers")}-ipv4 meta l4proto 6 th dport 1 accept`);
  expect(text).toContain(`ip6 saddr @group-${id("peers")}-ipv6 meta l4proto 6 th dport 2 accept`);
  expect(text).toContain("elements = { 10.0.0.100, 10.0.0.6 }");
  expect(text).toContain("elements = { fd00::6 }");
  expect(table([tcp(1, { remote_group_id: id("nobody") })])).toMatch(/set group-\S+-ipv4 \{\n[^\n]*auto-merge\n \}/);
  expect(table([tcp(1, { remote_address_group_id: id("offices") })])).toContain("elements = { 198.51.100.0/25 }");
});

test("what no rule lets through is dropped, in both directions", () => {
  const text = table([]);
  expect(chain(text, "ingress-eth0").at(-1)).toBe("drop");
  expect(chain(text, "egress-eth0")).toEqual([
    "udp sport 68 udp dport 67 accept",
    "udp sport 546 udp dport 547 accept",
    "udp sport 67 udp dport 68 drop",
    "udp sport 547 udp dport 546 drop",
    "icmpv6 type 134 drop",
    "drop",
  ]);
  expect(chain(table([anyOut]), "egress-eth0").at(-2)).toBe("meta nfproto ipv4 accept");
});

test("a port without port security is not filtered", () => {
  const text = table([], { port_security_enabled: false });
  expect(chain(text, "ingress-eth0")).toEqual([]);
  expect(chain(text, "egress-eth0")).toEqual([]);
});

test("it filters on the wire, before the machine's own NAT on the way in and after it on the way out", () => {
  const text = table([]);
  expect(chain(text, "wire-in")).toContain("type filter hook prerouting priority -150; policy accept;");
  expect(chain(text, "wire-out")).toContain("type filter hook postrouting priority 150; policy accept;");
  // answers pass, but every packet in the direction of opening is judged again, so that a removed rule ends connections
  expect(chain(text, "wire-in")).toContain("ct state established ct direction reply accept");
  expect(text).not.toMatch(/^ *ct state established(,related)? accept/m);
});

test("metadata is for the host and its pods, by the host's egress rules, and not for its neighbours", () => {
  const text = table([]);
  expect(chain(text, "metadata-out")).toContain("ip daddr 169.254.169.254 ct direction original goto egress-eth0");
  const [, neighbours, pods] = chain(text, "wire-in");
  expect(neighbours).toBe('iifname { "eth0" } ip daddr 169.254.169.254 drop');
  expect(pods).toBe('iifname != "lo" ip daddr 169.254.169.254 goto egress-eth0');
});

test("the table replaces itself and touches no other", () => {
  expect(table([]).split("\n").slice(0, 3)).toEqual([
    "table inet estate-security-groups",
    "delete table inet estate-security-groups",
    "table inet estate-security-groups {",
  ]);
});
