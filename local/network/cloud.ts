import { operatorNetworks } from "../addresses.ts";
import type { CloudState, FixedIp, Network, Port, Server, Subnet } from "./model.ts";

/** The state of the cloud with the look-ups that everything derived from it needs. */
export interface Cloud extends CloudState {
  readonly network: ReadonlyMap<string, Network>;
  /** The networks that the operator's side is on, by id. */
  readonly operator: ReadonlyMap<string, (typeof operatorNetworks)[number]>;
  readonly subnet: ReadonlyMap<string, Subnet>;
  readonly port: ReadonlyMap<string, Port>;
  readonly server: ReadonlyMap<string, Server>;
  /** Server to its ports. */
  readonly hostPorts: ReadonlyMap<string, readonly Port[]>;
  /** Security group to the addresses of its members, with what they may also send as. */
  readonly members: ReadonlyMap<string, readonly string[]>;
}

export function indexed(state: CloudState): Cloud {
  const byId = <T extends { readonly id: string }>(list: readonly T[]) => new Map(list.map((item) => [item.id, item]));
  return {
    ...state,
    network: byId(state.networks),
    operator: operatorOf(state.networks),
    subnet: byId(state.subnets),
    port: byId(state.ports),
    server: byId(state.servers),
    hostPorts: hostPortsOf(state.ports),
    members: membersOf(state.ports),
  };
}

/** A project may give a network any name; only the cloud can make one flat, on a physical network. */
function operatorOf(networks: readonly Network[]): Cloud["operator"] {
  return new Map(
    networks.flatMap(({ id, "provider:physical_network": physical }) => {
      const found = operatorNetworks.find(({ name }) => name === physical);
      return found ? [[id, found]] : [];
    }),
  );
}

function hostPortsOf(ports: readonly Port[]): Map<string, Port[]> {
  const servers = new Map<string, Port[]>();
  for (const port of ports.filter(isHostPort)) {
    servers.set(port.device_id, [...(servers.get(port.device_id) ?? []), port]);
  }
  return servers;
}

function membersOf(ports: readonly Port[]): Map<string, string[]> {
  const members = new Map<string, string[]>();
  for (const port of ports) {
    const addresses = [...port.fixed_ips, ...port.allowed_address_pairs].map(({ ip_address }) => ip_address);
    for (const group of port.security_groups) {
      const list = members.get(group) ?? [];
      list.push(...addresses);
      members.set(group, list);
    }
  }
  return members;
}

/** Whether neutron filters what this port sends and gets. */
export function isSecured(port: Port): boolean {
  return port.port_security_enabled !== false;
}

/** A port of a server of nova. */
function isHostPort(port: Port): boolean {
  return port.device_id !== "" && port.device_owner.startsWith("compute:");
}

/** `address/length`, with the length of the subnet it is from. */
export function withPrefix(cloud: Cloud, fixed: FixedIp): string {
  const cidr = cloud.subnet.get(fixed.subnet_id)?.cidr;
  const length = cidr?.split("/")[1] ?? (isIpv6(fixed.ip_address) ? "128" : "32");
  return `${fixed.ip_address}/${length}`;
}

export function isIpv6(address: string): boolean {
  return address.includes(":");
}
