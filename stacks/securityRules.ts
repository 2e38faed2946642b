import { type Destination, destinations, type Party, type Port, ports } from "./ports.ts";
import type { Estate } from "./schema.ts";

/** One rule of one security group. Two rules with equal meaning have equal keys, on every run. */
export interface SecurityRule {
  /** Its meaning, and its logical name: `<group>-<in|out>-<service>-<from|to>-<other end>`. */
  readonly key: string;
  readonly group: string;
  readonly direction: "ingress" | "egress";
  readonly protocol: "tcp" | "udp";
  readonly from: number;
  readonly to: number;
  /** The other end: a group of the estate, or a range. */
  readonly remote: { readonly group: string } | { readonly cidr: string };
}

/** The security groups of an estate: one that every host has, and one a role. */
export function securityGroups(estate: Estate): string[] {
  return ["hosts", ...Object.keys(estate.roles).sort()];
}

/** Every rule of every group, from the port catalogue and the document, in the order of their keys. */
export function securityRules(estate: Estate, catalogue: readonly Port[] = ports): SecurityRule[] {
  const groups = securityGroups(estate);
  const rules = catalogue.filter((port) => groups.includes(port.on)).flatMap((port) => portRules(port, groups, estate));
  return [...rules, ...destinations.flatMap((one) => destinationRules(one, estate))].sort((a, b) =>
    a.key < b.key ? -1 : 1,
  );
}

function portRules(port: Port, groups: readonly string[], estate: Estate): SecurityRule[] {
  const { service, protocol, from, to, on } = port;
  const rule = (group: string, direction: "ingress" | "egress", other: string, remote: SecurityRule["remote"]) => ({
    key: `${group}-${direction === "ingress" ? "in" : "out"}-${service}-${direction === "ingress" ? "from" : "to"}-${other}`,
    ...{ group, direction, protocol, from, to, remote },
  });
  return port.sources.flatMap((source: Party) => {
    if (source === "world") return [rule(on, "ingress", "world", { cidr: "0.0.0.0/0" })];
    if (source === "admins")
      return Object.entries(estate.admins.cidrs).map(([name, cidr]) => rule(on, "ingress", `admins-${name}`, { cidr }));
    if (!groups.includes(source)) return [];
    return [rule(on, "ingress", source, { group: source }), rule(source, "egress", on, { group: on })];
  });
}

function destinationRules({ service, protocol, port, to }: Destination, estate: Estate): SecurityRule[] {
  const out = (name: string, cidr: string, number: number): SecurityRule => ({
    key: `hosts-out-${service}${name && `-to-${name}`}`,
    ...{ group: "hosts", direction: "egress", protocol, from: number, to: number, remote: { cidr } },
  });
  const { network } = estate;
  if ("cidrs" in to) return to.cidrs.map((cidr) => out("", cidr, Number(port)));
  if (to.named === "network") return [out("", network.cidr, Number(port))];
  if (to.named === "downloads")
    return Object.entries(network.downloads).map(([name, download]) => out(name, download.cidr, download.port));
  return Object.entries(network[to.named]).map(([name, address]) => out(name, `${address}/32`, Number(port)));
}
