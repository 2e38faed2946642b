import { balancerSite, vipSite } from "./apiFront.ts";
import { type Destination, destinations, type Party, type Port, portsWith } from "./ports.ts";
import { hostsOf } from "./schema/role.ts";
import { namesRunning, runsOf, type Workload } from "./schema/workload.ts";
import type { Estate } from "./schema.ts";

/** The other end of a rule: a group of the estate, a range, or an address known when it is made: a host's announced one, or a VIP. */
export type Remote =
  | { readonly group: string }
  | { readonly cidr: string }
  | { readonly announced: string }
  | { readonly vip: "api" };

/** One rule of one security group. */
export interface SecurityRule {
  /**
   * All that neutron compares and nothing else, and its logical name: `<group>-<in|out>-<protocol>:<ports>-<from|to>-<other end>`.
   *
   * Neutron refuses a rule that is there already (409), and a rule of a new name is made before the old one goes. So nothing
   * that may be renamed is in it: a range of another name keeps its rule, and what two services or ranges open alike is one rule.
   */
  readonly key: string;
  readonly group: string;
  readonly direction: "ingress" | "egress";
  readonly protocol: Port["protocol"];
  /** First port; of ICMP the type. */
  readonly from: number;
  /** Last port; of ICMP the code. */
  readonly to: number;
  readonly remote: Remote;
}

/** The security groups of an estate: one that every host has, and one a role. */
export function securityGroups(estate: Estate): string[] {
  return ["hosts", ...Object.keys(estate.roles).sort()];
}

/** The groups that a host of a role has. */
export function groupsOfHost({ role }: { readonly role: string }): string[] {
  return ["hosts", role];
}

/** Every rule of every group, from the port catalogue and the document, in the order of their keys. */
export function securityRules(estate: Estate, catalogue: readonly Port[] = portsWith(estate.apps)): SecurityRule[] {
  const rules = [
    ...catalogue.flatMap((port) => portRules(port, estate)),
    ...destinations.flatMap((one) => destinationRules(one, estate)),
  ];
  return [...new Map(rules.map((rule) => [rule.key, rule])).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * The roles whose hosts run a workload, by name. What has no hosts of its own runs as pods, on the hosts that take any pod.
 */
export function rolesRunning({ roles }: Estate, workload: Workload): string[] {
  const runs = Object.entries(roles).map(([name, role]) => [name, runsOf(name, role)]);
  return namesRunning(Object.fromEntries(runs), workload);
}

function groupsOf(party: "hosts" | Workload, estate: Estate): string[] {
  return party === "hosts" ? ["hosts"] : rolesRunning(estate, party);
}

function portRules(port: Port, estate: Estate): SecurityRule[] {
  return groupsOf(port.on, estate).flatMap((on) => [
    ...port.sources.flatMap((source) => sourceRules(port, on, source, estate)),
    ...(port.balanced ? [...balancedRules(port, on, estate), ...vipRules(port, estate)] : []),
  ]);
}

/** To the load balancer and on from it, by its subnet: which addresses it has there is its own business. */
function balancedRules(port: Port, on: string, estate: Estate): SecurityRule[] {
  const cidr = estate.sites[balancerSite(estate) ?? ""]?.cidr;
  if (cidr === undefined) return [];
  const callers = callersOf(port, estate);
  return [rule(port, on, "ingress", { cidr }), ...callers.map((group) => rule(port, group, "egress", { cidr }))];
}

/**
 * To the VIP. Whether the addresses that a group's ports may also have are in the group is for the cloud's network driver, so that the
 * group alone would not do. Who calls comes from its own address: that is the group's on every cloud.
 */
function vipRules(port: Port, estate: Estate): SecurityRule[] {
  if (vipSite(estate) === undefined) return [];
  return callersOf(port, estate).map((group) => rule(port, group, "egress", { vip: "api" }));
}

/** The groups of those hosts that may reach it. */
function callersOf({ sources }: Port, estate: Estate): string[] {
  return sources.flatMap((one) => (one === "admins" || one === "world" ? [] : groupsOf(one, estate)));
}

function sourceRules(port: Port, on: string, source: Party, estate: Estate): SecurityRule[] {
  const incoming = (remote: Remote) => rule(port, on, "ingress", remote);
  if (source === "world") return [incoming({ cidr: "0.0.0.0/0" })];
  if (source === "admins") return Object.values(estate.admins.cidrs).map((cidr) => incoming({ cidr }));
  const sources = groupsOf(source, estate);
  if (port.announced && estate.network.mode === "private")
    return sources.flatMap((group) => [
      ...announcedBy(group, estate).map((announced) => incoming({ announced })),
      ...announcedBy(on, estate).map((announced) => rule(port, group, "egress", { announced })),
    ]);
  return sources.flatMap((group) => [incoming({ group }), rule(port, group, "egress", { group: on })]);
}

function announcedBy(role: string, { roles }: Estate): string[] {
  const spec = roles[role];
  return spec ? Object.keys(hostsOf(role, spec)) : [];
}

function destinationRules({ protocol, on, ports, to, addressing }: Destination, estate: Estate): SecurityRule[] {
  if (addressing && addressing !== estate.network.addressing) return [];
  const [from = 0, last = 0] = ports ?? [];
  if ("announced" in to) {
    const hosts = groupsOf(to.announced, estate).flatMap((role) => announcedBy(role, estate));
    return groupsOf(on, estate).flatMap((group) =>
      hosts.map((announced) => rule({ protocol, from, to: last }, group, "egress", { announced })),
    );
  }
  return groupsOf(on, estate).flatMap((group) =>
    ranges(to, estate).map(({ cidr, port = 0 }) => {
      const [first, last] = ports ?? [port, port];
      return rule({ protocol, from: first, to: last }, group, "egress", { cidr });
    }),
  );
}

/** The ranges of a destination, with the port where the document names one. */
function ranges(
  to: Exclude<Destination["to"], { readonly announced: Workload }>,
  { network, sites, logs }: Estate,
): readonly { readonly cidr: string; readonly port?: number }[] {
  if ("cidrs" in to) return to.cidrs.map((cidr) => ({ cidr }));
  if (to.named === "logs") return logs ? [{ cidr: `${logs.address}/32`, port: logs.port }] : [];
  if (to.named === "nameservers" || to.named === "timeServers")
    return Object.values(network[to.named]).map((address) => ({ cidr: `${address}/32` }));
  return Object.values(to.named === "sites" ? sites : network.downloads);
}

function rule(
  { protocol, from, to }: Pick<Port, "protocol" | "from" | "to">,
  group: string,
  direction: SecurityRule["direction"],
  remote: Remote,
): SecurityRule {
  const [way, preposition] = direction === "ingress" ? ["in", "from"] : ["out", "to"];
  // neutron looks at the type alone
  const ports = protocol === "icmp" || from === to ? from : `${from}-${to}`;
  const key = `${group}-${way}-${protocol}:${ports}-${preposition}-${nameOf(remote)}`;
  return { key, group, direction, protocol, from, to, remote };
}

/** No two of another kind are alike: the name of a group has no slash, a range begins with a digit, and no host is named as a VIP. */
function nameOf(remote: Remote): string {
  if ("group" in remote) return remote.group;
  if ("cidr" in remote) return remote.cidr;
  return `${"vip" in remote ? remote.vip : remote.announced}/32`;
}
