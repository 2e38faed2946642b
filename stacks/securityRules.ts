import { type Destination, destinations, type Party, type Port, ports } from "./ports.ts";
import { hostsOf } from "./schema/role.ts";
import { runsOf, type Workload } from "./schema/workload.ts";
import type { Estate } from "./schema.ts";

/** The other end of a rule: a group of the estate, a range, or the address a host announces, known when it is made. */
export type Remote = { readonly group: string } | { readonly cidr: string } | { readonly announced: string };

/** One rule of one security group. Two rules with equal meaning have equal keys, on every run. */
export interface SecurityRule {
  /** Its meaning, and its logical name: `<group>-<in|out>-<service>-<from|to>-<other end>`. */
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

/** Every rule of every group, from the port catalogue and the document, in the order of their keys. */
export function securityRules(estate: Estate, catalogue: readonly Port[] = ports): SecurityRule[] {
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
  const names = Object.keys(roles).sort();
  const running = (wanted: Workload) => names.filter((name) => runsOf(name, roles[name] ?? {}).includes(wanted));
  const own = running(workload);
  return own.length > 0 || !["greenlight", "scalelite", "monitoring"].includes(workload) ? own : running("pods");
}

function groupsOf(party: "hosts" | Workload, estate: Estate): string[] {
  return party === "hosts" ? ["hosts"] : rolesRunning(estate, party);
}

function portRules(port: Port, estate: Estate): SecurityRule[] {
  return groupsOf(port.on, estate).flatMap((on) =>
    port.sources.flatMap((source) => sourceRules(port, on, source, estate)),
  );
}

function sourceRules(port: Port, on: string, source: Party, estate: Estate): SecurityRule[] {
  const incoming = (other: string, remote: Remote) => rule(port, on, "ingress", other, remote);
  if (source === "world") return [incoming("world", { cidr: "0.0.0.0/0" })];
  if (source === "admins")
    return Object.entries(estate.admins.cidrs).map(([name, cidr]) => incoming(`admins-${name}`, { cidr }));
  const sources = groupsOf(source, estate);
  if (port.announced && estate.network.mode === "private")
    return sources.flatMap((group) => [
      ...announcedBy(group, estate).map((host) => incoming(host, { announced: host })),
      ...announcedBy(on, estate).map((host) => rule(port, group, "egress", host, { announced: host })),
    ]);
  return sources.flatMap((group) => [incoming(group, { group }), rule(port, group, "egress", on, { group: on })]);
}

function announcedBy(role: string, { roles }: Estate): string[] {
  const spec = roles[role];
  return spec ? Object.keys(hostsOf(role, spec)) : [];
}

function rule(
  { service, protocol, from, to }: Port,
  group: string,
  direction: SecurityRule["direction"],
  other: string,
  remote: Remote,
): SecurityRule {
  const [way, preposition] = direction === "ingress" ? ["in", "from"] : ["out", "to"];
  const key = `${group}-${way}-${service}-${preposition}-${other}`;
  return { key, group, direction, protocol, from, to, remote };
}

function destinationRules({ service, protocol, on, ports, to }: Destination, estate: Estate): SecurityRule[] {
  return groupsOf(on, estate).flatMap((group) =>
    ranges(to, estate).map(({ name, cidr, port = 0 }) => ({
      key: `${group}-out-${service}${name && `-to-${name}`}`,
      ...{ group, direction: "egress", protocol, remote: { cidr } },
      ...{ from: ports?.[0] ?? port, to: ports?.[1] ?? port },
    })),
  );
}

/** The ranges of a destination, with the name and the port that the document gives them. */
function ranges(
  to: Destination["to"],
  { network, sites }: Estate,
): { readonly name: string; readonly cidr: string; readonly port?: number }[] {
  if ("cidrs" in to) return to.cidrs.map((cidr) => ({ name: "", cidr }));
  if (to.named === "nameservers" || to.named === "timeServers")
    return Object.entries(network[to.named]).map(([name, address]) => ({ name, cidr: `${address}/32` }));
  const named = to.named === "sites" ? sites : network.downloads;
  return Object.entries(named).map(([name, one]) => ({ name, ...one }));
}
