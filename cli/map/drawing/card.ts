import type { HostMap } from "../estate-map.ts";
import { type Block, beside, column, frame, type Line, lines } from "./block.ts";
import { mark } from "./mark.ts";

export interface CardStyle {
  /** Many hosts: addresses and health alone. */
  readonly compact: boolean;
  /** Whether the zone is said on each card, because they differ. */
  readonly zones: boolean;
  /** Of the style sheet: which group the host is in. */
  readonly group: string;
  /** No wider than this. */
  readonly room: number;
}

const gap = 6;

/** The cards of hosts, all of the same size. */
export function cards(hosts: readonly HostMap[], style: CardStyle): Block[] {
  const padding = style.compact ? 6 : 9;
  const contents = hosts.map((host) => ({ host, content: contentOf(host, style, style.room - 2 * padding) }));
  const width = Math.ceil(Math.max(...contents.map(({ content }) => content.width)) + 2 * padding);
  const height = Math.max(...contents.map(({ content }) => content.height)) + 2 * padding;
  return contents.map(({ host, content }) =>
    frame(content, { ...{ width, height, padding }, class: `card ${style.group}`, title: titleOf(host) }),
  );
}

function contentOf(host: HostMap, { compact, zones }: CardStyle, room: number): Block {
  const size = compact ? 11 : 12;
  const name = lines([{ text: host.name, size: compact ? 12 : 13, class: "name" }], room - 14 - gap);
  const zone = zones && host.zone !== "" ? ` · ${host.zone}` : "";
  const facts: Line[] = [
    { text: `${host.health}${zone}`, size, class: host.health },
    { text: host.fixed || "no address", size },
    ...(host.floating ? [{ text: `${host.floating} public`, size }] : []),
    ...(compact ? [] : host.volumes.map((volume) => ({ text: `disk ${volume.name} ${volume.sizeGiB} GiB`, size }))),
  ];
  return column([beside([mark(host.health, compact ? 1.5 : 2.5), name], gap), lines(facts, room)], compact ? 1 : 3);
}

function titleOf({ name, role, health, reason, names }: HostMap): string {
  return [`${name} (${role || "no role"}): ${health}, ${reason}`, ...names].join("\n");
}
