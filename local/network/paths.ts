import { addresses, operatorNetworks } from "../addresses.ts";
import type { Cloud } from "./cloud.ts";
import type { Port, Subnet } from "./model.ts";
import { contains, type RouterPorts, routersOf } from "./routers.ts";
import { metadataAddress } from "./security-groups.ts";

/** How packets of one address get to another. */
export interface Path {
  /** Where they leave; nothing for the operator's side. */
  readonly out?: Port;
  /** Where they arrive; nothing for the addresses of the cloud itself. */
  readonly into?: Port;
  /** Their source address as the other end sees it. */
  readonly seenFrom: string;
}

/** A path, or the sentence that says why there is none. */
export type Found = Path | { readonly none: string };

/** The way from the ports of a host, called `name`, to an address. */
export function pathFromHost(cloud: Cloud, name: string, ports: readonly Port[], to: string): Found {
  const ends = endsOf(cloud, ports);
  if (to === metadataAddress) return ends[0] ? { out: ends[0].port, seenFrom: ends[0].address } : noPort(name);
  const near = ends.find(({ subnet }) => contains(subnet.cidr, to));
  if (near) return onLink(cloud, near, to);
  const end = ends.find(({ subnet }) => subnet.gateway_ip !== null) ?? ends[0];
  if (!end) return noPort(name);
  const network = cloud.network.get(end.port.network_id);
  if (end.subnet.gateway_ip === null) return { none: `${name} has no route to ${to}: its subnet has no gateway` };
  if (cloud.operator.has(end.port.network_id))
    return throughOperator(cloud, { on: end.port.network_id, out: end.port, seenFrom: end.address }, to);
  const router = routersOf(cloud).find(({ internal }) =>
    internal.some((port) => port.network_id === end.port.network_id && has(port, end.subnet.gateway_ip ?? "")),
  );
  if (!router) {
    return { none: `no router of neutron has ${end.subnet.gateway_ip}, the gateway of ${name} on ${network?.name}` };
  }
  return throughRouter(cloud, router, end, to);
}

/** The way from the operator's side to an address. */
export function pathFromOperator(cloud: Cloud, to: string): Found {
  const near = operatorNetworks.find(({ cidr }) => contains(cidr, to)) ?? addresses.external;
  return throughOperator(cloud, { seenFrom: near.gateway }, to);
}

interface End {
  readonly port: Port;
  readonly address: string;
  readonly subnet: Subnet;
}

function endsOf(cloud: Cloud, ports: readonly Port[]): End[] {
  return ports.flatMap((port) =>
    port.fixed_ips.flatMap(({ subnet_id, ip_address: address }) => {
      const subnet = cloud.subnet.get(subnet_id);
      return subnet ? [{ port, address, subnet }] : [];
    }),
  );
}

function noPort(name: string): Found {
  return { none: `${name} has no port with an address` };
}

function onLink(cloud: Cloud, { port: out, address }: End, to: string): Found {
  const network = cloud.network.get(out.network_id);
  if (cloud.operator.has(out.network_id))
    return throughOperator(cloud, { on: out.network_id, out, seenFrom: address }, to);
  const into = holderOf(cloud, out.network_id, to);
  return into
    ? { out, into, seenFrom: address }
    : { none: `no port on network ${network?.name} has the address ${to}` };
}

/**
 * A port that has the address, or else one that may use it. A port that is nobody's only keeps the address for those: so is a VIP's.
 * Which of several has it is between their hosts; neutron says the same of all that are there for one purpose.
 */
function holderOf(cloud: Cloud, networkId: string, address: string): Port | undefined {
  const ports = cloud.ports.filter(({ network_id }) => network_id === networkId);
  const own = ports.find((port) => has(port, address));
  if (own && own.device_owner !== "") return own;
  return ports.find((port) => port.allowed_address_pairs.some((pair) => contains(pair.ip_address, address))) ?? own;
}

function has(port: Port, address: string): boolean {
  return port.fixed_ips.some(({ ip_address }) => ip_address === address);
}

function throughRouter(cloud: Cloud, router: RouterPorts, { port: out, address }: End, to: string): Found {
  for (const { network_id, fixed_ips } of router.internal) {
    const inside = fixed_ips.some(({ subnet_id }) => contains(cloud.subnet.get(subnet_id)?.cidr ?? "0.0.0.0/32", to));
    if (!inside) continue;
    const into = holderOf(cloud, network_id, to);
    const name = cloud.network.get(network_id)?.name;
    return into ? { out, into, seenFrom: address } : { none: `no port on network ${name} has the address ${to}` };
  }
  const outside = router.gateway?.fixed_ips[0]?.ip_address;
  if (outside === undefined) return { none: `router ${router.router.name} has no gateway, so it does not reach ${to}` };
  const floating = router.floatingIps.find(({ fixed_ip_address }) => fixed_ip_address === address);
  const masked = router.router.external_gateway_info?.enable_snat !== false ? outside : address;
  const seenFrom = floating?.floating_ip_address ?? masked;
  return throughOperator(cloud, { ...(router.gateway && { on: router.gateway.network_id }), out, seenFrom }, to);
}

/** A packet that comes to the operator's side. */
interface Leaving {
  /** The network it comes from; none where the operator sends it. */
  readonly on?: string;
  readonly out?: Port;
  readonly seenFrom: string;
}

/** On a network of the operator's side: floating IPs, ports of its own, and the addresses of the cloud. */
function throughOperator(cloud: Cloud, { on, ...from }: Leaving, to: string): Found {
  const own: readonly string[] = [addresses.api, addresses.dns, addresses.mirror];
  if (own.includes(to) || operatorNetworks.some(({ gateway }) => gateway === to)) return from;
  const [network] = [...cloud.operator].find(([, { cidr }]) => contains(cidr, to)) ?? [];
  if (on !== undefined && network !== undefined && on !== network)
    return {
      none: `nothing leads from ${cloud.network.get(on)?.name} to ${cloud.network.get(network)?.name}, where ${to} is`,
    };
  const floating = cloud.floatingIps.find(({ floating_ip_address }) => floating_ip_address === to);
  if (floating) {
    const port = cloud.port.get(floating.port_id ?? "");
    const into = port && holderOf(cloud, port.network_id, floating.fixed_ip_address ?? "");
    return into ? { ...from, into } : { none: `floating IP ${to} is not associated with a port` };
  }
  const into = network === undefined ? undefined : holderOf(cloud, network, to);
  return into ? { ...from, into } : { none: `nothing on the networks of the cloud has the address ${to}` };
}
