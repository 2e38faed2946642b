import { ports } from "../../stacks/ports.ts";
import type { GroupMap, HostMap, Party, Reach } from "./estate-map.ts";
import { byRole, byText } from "./order.ts";
import { type Opening, serviceOn, serviceOutside } from "./service.ts";
import { present, type Resource, type State, text } from "./state.ts";
import { findVips } from "./vips.ts";

type Side = "sender" | "receiver";

const balancer = "load balancer";

/** Who may reach whom, from the rules. Rules of both ends of one connection are one entry, as are those for single hosts of a role. */
export function findReach(
  state: State,
  groups: ReadonlyMap<string, GroupMap>,
  hosts: readonly Pick<HostMap, "role" | "fixed" | "floating">[],
): Reach[] {
  const announced = new Map([
    ...hosts.map(({ role, fixed, floating }) => [`${floating ?? fixed}/32`, role] as const),
    ...[...findVips(state)].map(([address, ids]) => [`${address}/32`, roleOf(ids, groups)] as const),
  ]);
  const found = new Map<string, { readonly reach: Reach; readonly sides: Set<Side> }>();
  const rules = present(state, "networking/secGroupRule:SecGroupRule");
  const balanced = balancedRanges(state, rules);
  for (const rule of rules) {
    const group = groups.get(text(rule.values.securityGroupId));
    if (!group) continue;
    const reach = reachOf(rule, { kind: group.kind, name: group.name }, (values) =>
      otherEnd(values, groups, announced, balanced),
    );
    const key = JSON.stringify(reach);
    const entry = found.get(key) ?? { reach, sides: new Set<Side>() };
    found.set(key, { ...entry, sides: entry.sides.add(rule.values.direction === "ingress" ? "receiver" : "sender") });
  }
  const open = new Set(
    [...found.values()].flatMap(({ reach }) => (reach.from.kind === "world" ? openingOf(reach) : [])),
  );
  return [...found.values()]
    .map(({ reach, sides }) => ({ ...reach, ruled: ruledBy(reach, open.has(openingOf(reach)) ? both : sides) }))
    .sort(byEnds);
}

const both: ReadonlySet<Side> = new Set<Side>(["sender", "receiver"]);

/** What is open to anyone needs no rule for some. */
function openingOf({ to, protocol, ports }: Pick<Reach, "to" | "protocol" | "ports">): string {
  return JSON.stringify([to, protocol, ports]);
}

/** Ranges from which a load balancer of the estate leads on: those that hosts have a rule to, for a service of hosts. */
function balancedRanges(state: State, rules: readonly Resource[]): ReadonlySet<string> {
  if (present(state, "loadbalancer/loadBalancer:LoadBalancer").length === 0) return new Set();
  const balanced = ports.filter((port) => port.balanced);
  const outgoing = rules.filter(({ values: { direction, protocol, portRangeMin } }) => {
    const known = balanced.some((port) => port.protocol === protocol && port.from === Number(portRangeMin));
    return direction === "egress" && known;
  });
  return new Set(outgoing.map(({ values }) => text(values.remoteIpPrefix)).filter((cidr) => cidr !== ""));
}

function roleOf(ids: readonly string[], groups: ReadonlyMap<string, GroupMap>): string {
  return ids.flatMap((id) => groups.get(id) ?? []).find(({ kind }) => kind === "role")?.name ?? "";
}

function reachOf({ values }: Resource, own: Party, other: (values: Resource["values"]) => Party): Reach {
  const [protocol, from, to] = [
    text(values.protocol),
    Number(values.portRangeMin ?? 0),
    Number(values.portRangeMax ?? 0),
  ];
  const opening = { protocol, from, to: to === 0 ? from : to };
  const [far, incoming] = [other(values), values.direction === "ingress"];
  const open = { protocol: protocol || "any", ports: portsOf(opening), ruled: "as needed" as const };
  if (incoming) return { from: far, to: own, service: serviceOn(own, opening), ...open };
  if (far.kind === "hosts" || far.kind === "role" || far.name === balancer)
    return { from: own, to: far, service: serviceOn(far, opening), ...open };
  const { service, on } = serviceOutside(text(values.remoteIpPrefix), opening);
  return { from: own, to: far.kind === "range" ? { ...far, name: on } : far, service, ...open };
}

function otherEnd(
  values: Resource["values"],
  groups: ReadonlyMap<string, GroupMap>,
  announced: ReadonlyMap<string, string>,
  balanced: ReadonlySet<string>,
): Party {
  const [id, cidr] = [text(values.remoteGroupId), text(values.remoteIpPrefix)];
  const group = groups.get(id);
  if (group) return { kind: group.kind, name: group.name };
  const role = announced.get(cidr);
  if (role) return { kind: "role", name: role };
  if (id) return { kind: "range", name: "other group", cidr: id };
  if (balanced.has(cidr) && ports.some((port) => port.balanced && port.from === Number(values.portRangeMin)))
    return { kind: "range", name: balancer, cidr };
  // the only ranges that the catalogue lets in else
  return cidr === "" || cidr.endsWith("/0")
    ? { kind: "world", name: "world" }
    : { kind: "range", name: "administrators", cidr };
}

function portsOf({ protocol, from, to }: Opening): string {
  if (protocol === "icmp") return `type ${from}`;
  if (to === 0) return "any";
  return to === from ? String(from) : `${from}-${to}`;
}

function ruledBy({ from, to }: Reach, sides: ReadonlySet<Side>): Reach["ruled"] {
  const inside = [from, to].every(({ kind }) => kind === "hosts" || kind === "role");
  if (!inside || sides.size === 2) return "as needed";
  return sides.has("sender") ? "by the sender alone" : "by the receiver alone";
}

function byEnds(a: Reach, b: Reach): number {
  return byParty(a.from, b.from) || byParty(a.to, b.to) || byText(a.service, b.service) || byText(a.ports, b.ports);
}

/** A party as it is written. */
export function partyTitle({ kind, name }: Party): string {
  return kind === "hosts" ? "every host" : name;
}

/** From the outside in: the world, ranges, every host, roles. */
export function byParty(a: Party, b: Party): number {
  const ranks: readonly Party["kind"][] = ["world", "range", "hosts", "role"];
  return (
    ranks.indexOf(a.kind) - ranks.indexOf(b.kind) ||
    (a.kind === "role" ? byRole(a.name, b.name) : byText(a.name, b.name)) ||
    byText(a.cidr ?? "", b.cidr ?? "")
  );
}
