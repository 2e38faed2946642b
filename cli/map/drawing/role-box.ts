import type { EstateMap, GroupMap, HostMap, Reach } from "../estate-map.ts";
import { healths } from "../estate-map.ts";
import { unique } from "../order.ts";
import { type Block, column, flow, frame, type Line, lines } from "./block.ts";
import { cards } from "./card.ts";
import { wrap } from "./text.ts";

/** With more hosts than this on one network, the cards of a role are compact. */
const many = 12;
const padding = 10;
/** Narrower, a box has no room for what is said of the role. */
const narrowest = 180;

/** The hosts of a role on one network, with what they have in common, and what of them is open to the world. */
export function roleBox(role: string, hosts: readonly HostMap[], map: EstateMap, room: number): Block {
  const place = map.groups.findIndex(({ name, kind }) => kind === "role" && name === role);
  const zones = unique(hosts.map(({ zone }) => zone));
  const compact = hosts.length > many;
  const style = { compact, zones: zones.length > 1, group: `g${place}`, room: room - 2 * padding };
  const grid = flow(cards(hosts, style), room - 2 * padding, 8);
  const width = Math.min(room - 2 * padding, Math.max(grid.width, narrowest));
  const heading = { text: role || "no role", size: 14, class: "name" };
  const facts = [...common(hosts, map.groups[place]), open(role, map.reach)];
  const header = lines([heading, ...facts.flatMap((words) => small(words, width))], width);
  return frame(column([header, grid], 8), { class: `role g${place}`, padding, width: width + 2 * padding });
}

/** `3 up, 1 draining` */
export function healthsOf(hosts: readonly Pick<HostMap, "health">[]): string {
  const counts = healths.map((health) => ({ health, count: hosts.filter((host) => host.health === health).length }));
  const said = counts.filter(({ count }) => count > 0).map(({ health, count }) => `${count} ${health}`);
  return said.join(", ") || "no hosts";
}

/** What they have in common. */
function common(hosts: readonly HostMap[], group: GroupMap | undefined): string[][] {
  const zones = unique(hosts.map(({ zone }) => zone));
  const facts = [
    ...unique(hosts.map(({ flavor }) => flavor)),
    ...(zones.length === 1 ? zones : []),
    ...unique(hosts.flatMap((host) => host.apart ?? [])),
  ].filter((fact) => fact !== "");
  return [
    healthsOf(hosts).split(" "),
    facts.map((fact, index) => (index < facts.length - 1 ? `${fact} ·` : fact)),
    group ? [`group ${group.title}`] : [],
  ];
}

/** Services of theirs that anyone may reach. */
function open(role: string, reach: readonly Reach[]): string[] {
  const services = reach.filter(({ from, to }) => from.kind === "world" && to.kind === "role" && to.name === role);
  const said = services.map(({ service, protocol, ports }) => `${service} ${protocol} ${ports}`.trim());
  if (said.length === 0) return [];
  return ["open to the world:", ...said.map((one, index) => (index < said.length - 1 ? `${one},` : one))];
}

function small(words: readonly string[], width: number): Line[] {
  return wrap(words, 11, width).map((text) => ({ text, size: 11, class: "muted" }));
}
