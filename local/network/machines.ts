import { addresses } from "../addresses.ts";
import { type Cloud, isIpv6, withPrefix } from "./cloud.ts";
import { metadataTable } from "./metadata.ts";
import type { Port } from "./model.ts";
import { names } from "./names.ts";
import { metadataAddress, type PluggedPort, securityGroupsTable } from "./security-groups.ts";
import { commonSysctls } from "./sysctls.ts";
import type { HostNetwork, Interface, Namespace, Route } from "./world.ts";

/** Something with ports that sends and receives for itself: a host, or a load balancer. */
export interface Machine {
  readonly namespace: string;
  readonly ports: readonly PluggedPort[];
  /** Whether it is switched on; without power its links are down, and it has neither addresses nor routes. */
  readonly powered: boolean;
  /** Whether it asks for metadata. */
  readonly metadata: boolean;
}

/** The namespace of a host or a load balancer. */
export function machineNamespace(cloud: Cloud, machine: Machine, bridgeOf: (networkId: string) => string): Namespace {
  const { ports } = machine;
  const asks = machine.metadata ? (ports.find(({ port }) => hasIpv4(port)) ?? ports[0]) : undefined;
  return {
    name: machine.namespace,
    interfaces: ports.map((plugged) => plug(cloud, plugged, machine.powered, bridgeOf)),
    loopback: asks ? [`${metadataAddress}/32`] : [],
    routes: machine.powered ? ports.flatMap((plugged, index) => routesOf(cloud, plugged, 100 + index)) : [],
    // a host forwards for its pods
    sysctls: { ...commonSysctls, "net/ipv4/ip_forward": "1" },
    nft: `${asks ? metadataTable() : ""}${securityGroupsTable(cloud, ports, asks)}`,
  };
}

/** What the other parts are told about a host. */
export function hostNetwork(cloud: Cloud, { namespace, ports }: Machine): HostNetwork {
  const subnets = ports.flatMap(({ port }) => port.fixed_ips.map(({ subnet_id }) => cloud.subnet.get(subnet_id)));
  const nameservers = [...new Set(subnets.flatMap((subnet) => subnet?.dns_nameservers ?? []))];
  return {
    namespace,
    interfaces: ports.map(({ port, interface: name }) => ({
      name,
      portId: port.id,
      mac: port.mac_address,
      addresses: port.fixed_ips.map((fixed) => withPrefix(cloud, fixed)),
      mtu: mtuOf(cloud, port),
    })),
    nameservers: nameservers.length > 0 ? nameservers : [addresses.dns],
  };
}

function plug(
  cloud: Cloud,
  { port, interface: name }: PluggedPort,
  powered: boolean,
  bridgeOf: (networkId: string) => string,
): Interface {
  return {
    name,
    tap: names.tap(port.id),
    bridge: bridgeOf(port.network_id),
    mac: port.mac_address,
    mtu: mtuOf(cloud, port),
    addresses: powered ? port.fixed_ips.map((fixed) => withPrefix(cloud, fixed)) : [],
    up: powered && port.admin_state_up,
  };
}

/** What DHCP would tell it: the subnet's own routes, and its gateway unless one of those is a default route. */
function routesOf(cloud: Cloud, { port, interface: device }: PluggedPort, metric: number): Route[] {
  return port.fixed_ips.flatMap(({ subnet_id }) => {
    const subnet = cloud.subnet.get(subnet_id);
    if (!subnet) return [];
    const all = subnet.ip_version === 6 ? "::/0" : "0.0.0.0/0";
    const own = subnet.host_routes
      // metadata is answered on the host's own loopback
      .filter(({ destination }) => destination !== `${metadataAddress}/32`)
      .map(({ destination, nexthop }) => ({ destination, via: nexthop, device, metric }));
    const gateway = subnet.gateway_ip;
    if (gateway === null || own.some(({ destination }) => destination === all)) return own;
    return [...own, { destination: all, via: gateway, device, metric }];
  });
}

function mtuOf(cloud: Cloud, port: Port): number {
  return cloud.network.get(port.network_id)?.mtu ?? 1500;
}

function hasIpv4(port: Port): boolean {
  return port.fixed_ips.some(({ ip_address }) => !isIpv6(ip_address));
}
