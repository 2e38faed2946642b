import { createHash } from "node:crypto";
import { operatorNetworks } from "../addresses.ts";
import { antiSpoofingTable } from "./anti-spoofing.ts";
import { balancersConfiguration, liveBalancers } from "./balancers.ts";
import { type Cloud, indexed } from "./cloud.ts";
import { hostNetwork, type Machine, machineNamespace } from "./machines.ts";
import { metadataClient, metadataConfiguration } from "./metadata.ts";
import type { CloudState, Port } from "./model.ts";
import { type InterfaceNames, nameInterfaces, names } from "./names.ts";
import { operatorTable } from "./operator.ts";
import { routerNamespace, routersOf } from "./routers.ts";
import type { Bridge, HostNetwork, World } from "./world.ts";

/** What the planner is told beside the state of the cloud. */
export interface Circumstances {
  /** How the interfaces of servers were named before. */
  readonly interfaces: ReadonlyMap<string, InterfaceNames>;
  /** Servers that are switched off. */
  readonly off: ReadonlySet<string>;
  /** Shared with nova's metadata service. */
  readonly metadataSecret: string;
  /** Where the two haproxy processes answer questions. */
  readonly sockets: { readonly metadata: string; readonly balancers: string };
}

/** The world that makes the state of the cloud true, and the interface names to remember. */
export function plan(
  state: CloudState,
  circumstances: Circumstances,
): { readonly world: World; readonly interfaces: ReadonlyMap<string, InterfaceNames> } {
  const cloud = indexed(state);
  const bridgeOf = bridgeNames(cloud);
  const hosts = hostsOf(cloud, circumstances);
  const balancers = liveBalancers(cloud).map((balancer) => balancerMachine(cloud, balancer.id, balancer.vip_port_id));
  const machines = [...hosts.map(({ machine }) => machine), ...balancers];
  const clients = hosts.flatMap(({ serverId, machine }) => {
    const client = metadataClient(machine.namespace, serverId, portsOf(machine));
    return client ? [client] : [];
  });
  const { configuration, notes } = balancersConfiguration(cloud, circumstances.sockets.balancers);
  const { metadataSecret, sockets } = circumstances;
  return {
    world: {
      bridges: bridgesOf(cloud, bridgeOf),
      namespaces: [
        ...machines.map((machine) => machineNamespace(cloud, machine, bridgeOf)),
        ...routersOf(cloud).map((router) => routerNamespace(cloud, router, bridgeOf)),
      ],
      nft: operatorTable() + antiSpoofingTable(machines.flatMap(portsOf)),
      hosts: new Map(
        hosts.map(({ serverId, machine }): [string, HostNetwork] => [serverId, hostNetwork(cloud, machine)]),
      ),
      ...(clients.length > 0 && { metadata: metadataConfiguration(clients, metadataSecret, sockets.metadata) }),
      ...(configuration !== undefined && { balancers: configuration }),
      notes: [...notes, ...statelessGroups(cloud)],
    },
    interfaces: new Map(hosts.map(({ serverId, interfaces }) => [serverId, interfaces])),
  };
}

interface Host {
  readonly serverId: string;
  readonly machine: Machine;
  readonly interfaces: InterfaceNames;
}

function hostsOf(cloud: Cloud, { interfaces: previous, off }: Circumstances): Host[] {
  return [...cloud.hostPorts].map(([serverId, ports]) => {
    const interfaces = nameInterfaces(previous.get(serverId), ports, cloud.server.get(serverId));
    const number = (port: Port) => interfaces.numbers.get(port.id) ?? 0;
    const machine = {
      namespace: names.host(serverId),
      ports: ports.toSorted((a, b) => number(a) - number(b)).map((port) => ({ port, interface: `eth${number(port)}` })),
      powered: !off.has(serverId),
      metadata: true,
    };
    return { serverId, machine, interfaces };
  });
}

function balancerMachine(cloud: Cloud, id: string, vipPort: string | null): Machine {
  const port = cloud.port.get(vipPort ?? "");
  // neutron has a VIP's port down, because on other clouds an amphora's own port stands in for it
  const ports = port ? [{ port: { ...port, admin_state_up: true }, interface: "eth0" }] : [];
  return { namespace: names.balancer(id), ports, powered: true, metadata: false };
}

function portsOf({ ports }: Machine): Port[] {
  return ports.map(({ port }) => port);
}

function bridgeNames(cloud: Cloud): (networkId: string) => string {
  return (id) => cloud.operator.get(id)?.bridge ?? names.bridge(id);
}

function bridgesOf(cloud: Cloud, bridgeOf: (networkId: string) => string): Bridge[] {
  const known = cloud.networks.map(({ id, mtu, admin_state_up: up }) => bridge(bridgeOf(id), mtu, up));
  // the operator's side is there before neutron is
  const others = operatorNetworks.filter((one) => !known.some(({ name }) => name === one.bridge));
  return [...known, ...others.map((one) => bridge(one.bridge, 1500, true))];
}

function bridge(name: string, mtu: number, up: boolean): Bridge {
  const operator = operatorNetworks.find((one) => one.bridge === name);
  return {
    name,
    // by itself a bridge takes the lowest address of its ports, which changes as they come and go
    mac: `02:${createHash("sha256").update(name).digest("hex").slice(0, 10).match(/../g)?.join(":")}`,
    mtu,
    up,
    addresses: operator ? [`${operator.gateway}/${operator.cidr.split("/")[1]}`] : [],
  };
}

function statelessGroups(cloud: Cloud): string[] {
  return cloud.securityGroups
    .filter(({ stateful }) => stateful === false)
    .map(({ name }) => `security group ${name} is stateless in neutron; here answers are let through all the same`);
}
