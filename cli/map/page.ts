import type { Block } from "./drawing/block.ts";
import { mark } from "./drawing/mark.ts";
import { type ClassOf, matrix } from "./drawing/matrix.ts";
import { healthsOf } from "./drawing/role-box.ts";
import { topology } from "./drawing/topology.ts";
import { type EstateMap, healths, type Party } from "./estate-map.ts";
import { type Markup, page, tag } from "./markup.ts";
import { style } from "./style.ts";
import { tables } from "./tables.ts";

/** Units of the drawings: one for screens and paper, one for phones. The style sheet shows one of them. */
const widths = { wide: 1140, narrow: 400 } as const;

/**
 * The page, which needs nothing else: no script, no font, no image. Well-formed as XML too. Equal maps give equal bytes.
 */
export function renderMap(map: EstateMap): string {
  const title = `Estate map: ${map.estate || map.stack}`;
  const header = tag("header", {}, tag("h1", {}, title), summary(map));
  return page(title, style(map.groups.length), header, tag("main", {}, ...parts(map)));
}

function parts(map: EstateMap): Markup[] {
  const inward = map.reach.filter(({ to }) => isInside(to));
  const outward = map.reach.filter(({ to }) => !isInside(to));
  const classOf: ClassOf = (party) => {
    const place = map.groups.findIndex(({ name, kind }) => kind === party.kind && name === party.name);
    return place < 0 ? "outside" : `g${place}`;
  };
  return [
    tag("h2", {}, "Networks and hosts"),
    legend(),
    figure(
      "networks",
      "Networks and hosts by role",
      `${healthsOf(map.hosts)}. The table Hosts says the same.`,
      (width) => topology(map, width),
    ),
    tag("h2", {}, "Who may reach whom"),
    tag(
      "p",
      { class: "muted" },
      "All that is not named is closed. A row is who calls, a column who is called; what holds for every host holds for each role too.",
    ),
    tag("h3", {}, "Into the estate, and within it"),
    figure("inward", "Who may reach hosts of the estate", "The table Who may reach whom says the same.", (width) =>
      matrix(inward, width, classOf),
    ),
    tag("h3", {}, "Out of the estate"),
    figure("outward", "What hosts may reach outside", "The table Who may reach whom says the same.", (width) =>
      matrix(outward, width, classOf),
    ),
    tag("h2", {}, "The same as tables"),
    ...tables(map),
  ];
}

function isInside({ kind }: Party): boolean {
  return kind === "hosts" || kind === "role";
}

function summary(map: EstateMap): Markup[] {
  const facts = [
    ["Stack", map.stack],
    ["Zone", map.zone || "none yet"],
    ["Hosts", map.hosts.length === 0 ? "none" : `${map.hosts.length}: ${healthsOf(map.hosts)}`],
    ["Last change of the state", map.changed === undefined ? "not in the state" : timeOf(map.changed)],
  ] as const;
  return [
    tag("dl", {}, ...facts.flatMap(([name, value]) => [tag("dt", {}, name), tag("dd", {}, value)])),
    tag(
      "p",
      { class: "muted" },
      "Drawn from the stack's state. Health is what the state tells as of its last change; nothing was measured now.",
    ),
  ];
}

/** In UTC, to the second, whatever zone the state has it in. */
function timeOf(changed: string): string {
  const time = new Date(changed);
  return Number.isNaN(time.getTime()) ? changed : `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function legend(): Markup {
  const items = healths.map((health) =>
    tag("li", {}, tag("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, mark(health).draw(0, 0)), health),
  );
  return tag("ul", { class: "legend", "aria-label": "Signs of health" }, items);
}

function figure(id: string, title: string, description: string, draw: (width: number) => Block): Markup {
  const drawings = Object.entries(widths).map(([kind, width]) => {
    const block = draw(width);
    const name = `${id}-${kind}`;
    const box = `-1 -1 ${width + 2} ${Math.ceil(block.height) + 2}`;
    return tag(
      "svg",
      {
        xmlns: "http://www.w3.org/2000/svg",
        class: kind,
        viewBox: box,
        role: "img",
        "aria-labelledby": `${name}-title ${name}-about`,
      },
      tag("title", { id: `${name}-title` }, title),
      tag("desc", { id: `${name}-about` }, description),
      block.draw(0, 0),
    );
  });
  return tag("figure", {}, drawings);
}
