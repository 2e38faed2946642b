import { anyOut, Fixture, id, tcp } from "../../unit/network/fixture.ts";

/**
 * Two networks with a router, one with another router, one alone with the same addresses as the first, and hosts:
 * web (with a floating IP), peer (with one), plain, far (other network, same router), other (other router),
 * lonely and lone (the network alone), bare (on the external network).
 */
export function exampleCloud(): Fixture {
  const cloud = new Fixture();
  cloud.network("public", "203.0.113.0/24", { mtu: 1500 });
  cloud.network("blue", "10.20.0.0/24");
  cloud.network("blue2", "10.21.0.0/24");
  cloud.network("green", "10.30.0.0/24");
  cloud.network("red", "10.20.0.0/24");
  cloud.router("blue router", "203.0.113.5", { blue: "10.20.0.1", blue2: "10.21.0.1" });
  cloud.router("green router", "203.0.113.6", { green: "10.30.0.1" });

  cloud.group("client", [anyOut]);
  cloud.group("web", [
    anyOut,
    tcp(443, { remote_group_id: id("client") }),
    { protocol: "udp", port_range_min: 5000, port_range_max: 5001, remote_group_id: id("client") },
  ]);
  cloud.group("open", [anyOut, tcp(80), { protocol: "icmp" }]);
  cloud.group("silent", []);

  cloud.server("web", "blue", "10.20.0.11", ["web"]);
  cloud.server("peer", "blue", "10.20.0.12", ["client", "open"]);
  cloud.server("plain", "blue", "10.20.0.13", ["client"]);
  cloud.server("mute", "blue", "10.20.0.14", ["silent"]);
  cloud.server("far", "blue2", "10.21.0.15", ["client", "open"]);
  cloud.server("other", "green", "10.30.0.16", ["client", "open"]);
  cloud.server("lonely", "red", "10.20.0.11", ["client", "open"]);
  cloud.server("lone", "red", "10.20.0.17", ["client", "open"]);
  cloud.server("bare", "public", "203.0.113.30", ["client", "open"]);
  cloud.floatingIp("203.0.113.11", "blue router", "web port", "10.20.0.11");
  cloud.floatingIp("203.0.113.12", "blue router", "peer port", "10.20.0.12");

  const six = { id: id("six"), network_id: id("blue"), ip_version: 6, cidr: "fd00::/64" } as const;
  cloud.add("subnets", { ...six, gateway_ip: null, host_routes: [], dns_nameservers: [] });
  for (const [name, last] of [
    ["peer", "12"],
    ["plain", "13"],
  ] as const) {
    const fixed_ips = cloud.state.ports.find((port) => port.id === id(`${name} port`))?.fixed_ips ?? [];
    const both = [...fixed_ips, { subnet_id: id("six"), ip_address: `fd00::${last}` }];
    cloud.change("ports", `${name} port`, { fixed_ips: both });
  }
  cloud.group("six", [
    { ...anyOut, ethertype: "IPv6" },
    tcp(443, { ethertype: "IPv6", remote_group_id: id("client") }),
  ]);
  for (const name of ["peer", "plain"]) {
    const groups = cloud.state.ports.find((port) => port.id === id(`${name} port`))?.security_groups ?? [];
    cloud.change("ports", `${name} port`, { security_groups: [...groups, id("six")] });
  }
  cloud.group("lb", [anyOut, tcp(80)]);
  return cloud;
}

/** Adds hosts to the first network that all refer to each other's group. */
export function manyHosts(cloud: Fixture, count: number): void {
  cloud.network("crowd", "10.99.0.0/24");
  cloud.group("crowd", [anyOut, tcp(443, { remote_group_id: id("crowd") })]);
  for (let host = 0; host < count; host++) cloud.server(`crowd-${host}`, "crowd", `10.99.0.${host + 2}`, ["crowd"]);
}
