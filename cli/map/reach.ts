import type { GroupMap, HostMap, Party, Reach } from "./estate-map.ts";
import { byRole, byText } from "./order.ts";
import { present, type Resource, type State, text } from "./state.ts";

/** What the document calls the ranges that these services are for. */
const destinations: Readonly<Record<string, string>> = {
  ...{ dns: "nameserver", "dns-tcp": "nameserver", time: "time server", download: "download", "dhcp-renewal": "site" },
};

type Side = "sender" | "receiver";

/** Who may reach whom, from the rules. Rules of both ends of one connection are one entry, as are those for single hosts of a role. */
export function findReach(
  state: State,
  groups: ReadonlyMap<string, GroupMap>,
  hosts: readonly Pick<HostMap, "role" | "fixed" | "floating">[],
): Reach[] {
  const announced = new Map(hosts.map(({ role, fixed, floating }) => [`${floating ?? fixed}/32`, role]));
  const found = new Map<string, { readonly reach: Reach; readonly sides: Set<Side> }>();
  for (const rule of present(state, "networking/secGroupRule:SecGroupRule")) {
    const group = groups.get(text(rule.values.securityGroupId));
    if (!group) continue;
    const { service, other } = wordsOf(rule.name, group.name);
    const own: Party = { kind: group.kind, name: group.name };
    const far = otherEnd(rule, { service, other }, groups, announced);
    const incoming = rule.values.direction === "ingress";
    const [from, to] = incoming ? [far, own] : [own, far];
    const reach = { from, to, service, protocol: text(rule.values.protocol) || "any", ports: portsOf(rule.values) };
    const key = JSON.stringify(reach);
    const entry = found.get(key) ?? { reach: { ...reach, ruled: "as needed" as const }, sides: new Set<Side>() };
    found.set(key, { ...entry, sides: entry.sides.add(incoming ? "receiver" : "sender") });
  }
  return [...found.values()].map(({ reach, sides }) => ({ ...reach, ruled: ruledBy(reach, sides) })).sort(byEnds);
}

/** Of `bbb-in-media-from-turn`: the service, and the name of the other end, which not every rule has. */
function wordsOf(key: string, group: string): { readonly service: string; readonly other: string } {
  const [, service = key, other = ""] = /^-(?:in|out)-(.+?)(?:-(?:from|to)-(.+))?$/.exec(key.slice(group.length)) ?? [];
  return { service, other };
}

function otherEnd(
  { values }: Resource,
  { service, other }: { readonly service: string; readonly other: string },
  groups: ReadonlyMap<string, GroupMap>,
  announced: ReadonlyMap<string, string>,
): Party {
  const group = groups.get(text(values.remoteGroupId));
  if (group) return { kind: group.kind, name: group.name };
  const cidr = text(values.remoteIpPrefix);
  const role = announced.get(cidr);
  if (role) return { kind: "role", name: role };
  const id = text(values.remoteGroupId);
  if (id) return { kind: "range", name: `group ${id}` };
  if (cidr === "" || cidr.endsWith("/0")) return { kind: "world", name: "world" };
  const what = destinations[service];
  return { kind: "range", name: other || service, ...(what ? { what } : {}), cidr };
}

function portsOf({ protocol, portRangeMin, portRangeMax }: Resource["values"]): string {
  const [from, to] = [Number(portRangeMin ?? 0), Number(portRangeMax ?? 0)];
  if (protocol === "icmp") return `type ${from}`;
  if (from === 0 && to === 0) return "any";
  return to === from || to === 0 ? String(from) : `${from}-${to}`;
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
export function partyTitle({ kind, what, name }: Party): string {
  return kind === "hosts" ? "every host" : [what, name].filter((part) => part !== undefined).join(" ");
}

/** From the outside in: the world, ranges, every host, roles. */
export function byParty(a: Party, b: Party): number {
  const ranks: readonly Party["kind"][] = ["world", "range", "hosts", "role"];
  return (
    ranks.indexOf(a.kind) - ranks.indexOf(b.kind) ||
    byText(a.what ?? "", b.what ?? "") ||
    (a.kind === "role" ? byRole(a.name, b.name) : byText(a.name, b.name)) ||
    byText(a.cidr ?? "", b.cidr ?? "")
  );
}
