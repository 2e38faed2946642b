import type { Party, Reach } from "../estate-map.ts";
import { byParty, partyTitle } from "../reach.ts";
import { type Block, beside, column, frame, type Line, lines } from "./block.ts";
import { wrap } from "./text.ts";

/** Narrower, a column has no room for a service with its ports. */
const narrowest = 150;
const gap = 4;
const padding = 7;

/** A party in the style sheet: the group's place, so that the rules of a host are found. */
export type ClassOf = (party: Party) => string;

/**
 * Who (rows) may reach whom (columns). Columns for which there is no room go under the first ones; there, rows without a rule are
 * left out.
 */
export function matrix(reach: readonly Reach[], width: number, classOf: ClassOf): Block {
  const columns = distinct(reach.map(({ to }) => to));
  const labels = distinct(reach.map(({ from }) => from)).map((party) => lines(partyLines(party)).width + 2 * padding);
  const labelWidth = Math.ceil(Math.min(width * 0.4, 220, Math.max(0, ...labels)));
  const fitting = Math.max(1, Math.floor((width - labelWidth) / (narrowest + gap)));
  const parts = Math.ceil(columns.length / fitting);
  const perPart = Math.ceil(columns.length / Math.max(1, parts));
  const cellWidth = Math.min(230, Math.floor((width - labelWidth) / Math.max(1, perPart)) - gap);
  const blocks = Array.from({ length: parts }, (_, part) => {
    const shown = columns.slice(part * perPart, (part + 1) * perPart);
    const cells = reach.filter(({ to }) => shown.some((one) => same(one, to)));
    const head = beside(
      [label([], labelWidth), ...shown.map((party) => label(partyLines(party, "to "), cellWidth))],
      gap,
    );
    const rows = distinct(cells.map(({ from }) => from)).map((from) => {
      const contents = shown.map((to) => cellLines(cells, from, to, cellWidth - 2 * padding));
      return row(from, shown, contents, { labelWidth, cellWidth, classOf });
    });
    return column([head, ...rows], gap);
  });
  return column(blocks, 18);
}

interface RowStyle {
  readonly labelWidth: number;
  readonly cellWidth: number;
  readonly classOf: ClassOf;
}

function row(from: Party, shown: readonly Party[], contents: readonly Line[][], style: RowStyle): Block {
  const { labelWidth, cellWidth, classOf } = style;
  const name = label(partyLines(from), labelWidth);
  const inside = contents.map((content) => lines(content, cellWidth - 2 * padding));
  const height = Math.max(name.height, ...inside.map((one) => one.height + 2 * padding));
  const cells = inside.map((content, index) => {
    const to = shown[index];
    const ends = to ? `${classOf(from)} ${classOf(to)}` : "";
    return frame(content, { class: content.height > 0 ? `cell ${ends}` : "none", padding, width: cellWidth, height });
  });
  return beside([name, ...cells], gap);
}

function cellLines(reach: readonly Reach[], from: Party, to: Party, width: number): Line[] {
  return reach
    .filter((one) => same(one.from, from) && same(one.to, to))
    .flatMap(({ service, protocol, ports, ruled }) => {
      const words = [
        ...(service ? [service] : []),
        `${protocol} ${ports}`,
        ...(ruled === "as needed" ? [] : [`(${ruled})`]),
      ];
      return wrap(words, 11, width).map((text) => ({ text, size: 11 }));
    });
}

function partyLines(party: Party, before = ""): Line[] {
  return [
    { text: `${before}${partyTitle(party)}`, size: 12, class: "name" },
    ...(party.cidr ? [{ text: party.cidr, size: 11, class: "muted" }] : []),
  ];
}

function label(content: readonly Line[], width: number): Block {
  const inside = lines(content, width - 2 * padding);
  return frame(inside, { class: "label", padding, width });
}

function distinct(parties: readonly Party[]): Party[] {
  return parties.filter((party, index) => parties.findIndex((one) => same(one, party)) === index).sort(byParty);
}

function same(a: Party, b: Party): boolean {
  return byParty(a, b) === 0;
}
