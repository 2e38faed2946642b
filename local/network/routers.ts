import { BlockList } from "node:net";
import { type Cloud, isIpv6, withPrefix } from "./cloud.ts";
import type { FloatingIp, HostRoute, Port, Router } from "./model.ts";
import { names } from "./names.ts";
import { routerTable } from "./router-nat.ts";
import { commonSysctls } from "./sysctls.ts";
import type { Interface, Namespace, Route } from "./world.ts";

/** A router with its ports, as its namespace needs them and as paths are explained. */
export interface RouterPorts {
  readonly router: Router;
  readonly internal: readonly Port[];
  readonly gateway?: Port;
  readonly floatingIps: readonly FloatingIp[];
}

/** The routers that are switched on, with their ports. */
export function routersOf(cloud: Cloud): RouterPorts[] {
  return cloud.routers
    .filter((router) => router.admin_state_up)
    .map((router) => {
      const ports = cloud.ports.filter((port) => port.device_id === router.id);
      const gateway = ports.find(({ device_owner }) => device_owner === "network:router_gateway");
      return {
        router,
        internal: ports.filter(({ device_owner }) => interfaceOwners.has(device_owner)),
        ...(gateway && { gateway }),
        floatingIps: gateway ? cloud.floatingIps.filter(({ router_id }) => router_id === router.id) : [],
      };
    });
}

const interfaceOwners = new Set([
  "network:router_interface",
  "network:router_interface_distributed",
  "network:ha_router_replicated_interface",
]);

/** A router as neutron's L3 agent makes it: it forwards between its networks, and translates addresses at its gateway. */
export function routerNamespace(cloud: Cloud, ports: RouterPorts, bridgeOf: (networkId: string) => string): Namespace {
  const { router, internal, gateway, floatingIps } = ports;
  const plug = (port: Port, name: string, more: readonly string[] = []): Interface => ({
    name,
    tap: names.tap(port.id),
    bridge: bridgeOf(port.network_id),
    mac: port.mac_address,
    mtu: cloud.network.get(port.network_id)?.mtu ?? 1500,
    addresses: [...port.fixed_ips.map((fixed) => withPrefix(cloud, fixed)), ...more],
    up: port.admin_state_up,
  });
  const interfaces = internal.map((port) => plug(port, names.routerInterface(port.id)));
  if (gateway) {
    const announced = floatingIps.filter(isUsed).map((ip) => `${ip.floating_ip_address}/32`);
    interfaces.push(plug(gateway, names.routerGateway(gateway.id), announced));
  }
  return {
    name: names.router(router.id),
    interfaces,
    loopback: [],
    routes: [...defaultRoutes(cloud, gateway), ...router.routes.flatMap((route) => extraRoute(route, interfaces))],
    sysctls: { ...commonSysctls, "net/ipv4/ip_forward": "1", "net/ipv6/conf/all/forwarding": "1" },
    nft: routerTable(ports),
  };
}

/** A floating IP that leads somewhere. */
function isUsed(ip: FloatingIp): boolean {
  return ip.fixed_ip_address !== null || (ip.port_forwardings ?? []).length > 0;
}

function defaultRoutes(cloud: Cloud, gateway: Port | undefined): Route[] {
  if (!gateway) return [];
  return gateway.fixed_ips.flatMap(({ subnet_id }) => {
    const via = cloud.subnet.get(subnet_id)?.gateway_ip;
    if (!via) return [];
    const destination = isIpv6(via) ? "::/0" : "0.0.0.0/0";
    return [{ destination, via, device: names.routerGateway(gateway.id), metric: 100 }];
  });
}

/** The next hop decides the interface; neutron only takes next hops that are on one of the router's subnets. */
function extraRoute({ destination, nexthop }: HostRoute, interfaces: readonly Interface[]): Route[] {
  const device = interfaces.find(({ addresses }) => addresses.some((address) => contains(address, nexthop)));
  return device ? [{ destination, via: nexthop, device: device.name, metric: 100 }] : [];
}

/** Whether an address is inside a network, given as CIDR or as an address with prefix length. */
export function contains(cidr: string, address: string): boolean {
  const family = isIpv6(cidr) ? "ipv6" : "ipv4";
  if (isIpv6(address) !== (family === "ipv6")) return false;
  const [network = "", length = family === "ipv6" ? "128" : "32"] = cidr.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(length), family);
  return list.check(address, family);
}
