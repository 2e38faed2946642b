import { type Markup, page, tag } from "../map/markup.ts";
import { dark, light, type Palette } from "../map/palette.ts";
import { type Answer, type Class, classes } from "./finding.ts";
import type { Sighted } from "./history.ts";
import { shortType } from "./render.ts";
import { countsOf, cureOf, type Report, titleOf } from "./report.ts";

const order: readonly Answer[] = ["interrupted", "cloud", "unmanaged", "program"];

const colours: Readonly<Record<Class, keyof Palette>> = {
  ...{ security: "down", outage: "degraded", ownership: "draining", cosmetic: "unknown" },
};

/** A check as a page that needs nothing else: no script, no font, no image. A finding is a card, as wide as a phone is. */
export function renderPage(report: Report): string {
  const { stack, findings, result } = report;
  const title = `Drift of ${stack}: ${findings.length === 0 ? result : `${findings.length} found`}`;
  const sections = order.flatMap((one) => section(report, one));
  return page(title, style(), tag("h1", {}, title), ...summary(report), ...sections, ...repairs(report));
}

function summary({ at, compared, findings, updating, troubles, waiting, accepted }: Report): Markup[] {
  const counts = countsOf(findings);
  const facts = [
    ["Checked", time(at)],
    ["Compared", `${compared} resources`],
    ...classes.map((kind) => [kind, String(counts[kind])]),
    ...(waiting.length > 0 ? [["Not seen often enough", String(waiting.length)]] : []),
    ...(accepted.length > 0 ? [["Accepted as known", String(accepted.length)]] : []),
  ];
  return [
    tag("dl", {}, ...facts.flatMap(([name = "", value = ""]) => [tag("dt", {}, name), tag("dd", {}, value)])),
    ...(updating
      ? [
          tag(
            "p",
            { class: "note" },
            `An update runs since ${updating.since} (${updating.who}): what is half-made looks like drift.`,
          ),
        ]
      : []),
    ...troubles.map((trouble) => tag("p", { class: "note" }, `This check is not whole: ${trouble}`)),
  ];
}

function section({ findings, stuck }: Report, answer: Answer): Markup[] {
  const own = findings.filter((one) => one.answer === answer);
  return own.length === 0
    ? []
    : [tag("h2", {}, `${titleOf(answer, own)} (${own.length})`), ...own.map((one) => card(one, stuck))];
}

function card(finding: Sighted, stuck: readonly string[]): Markup {
  const { class: kind, name, type, id, paths, meaning, owner, firstSeen, timesSeen } = finding;
  return tag(
    "article",
    { class: kind, id: `f-${id}` },
    tag("h3", {}, tag("span", { class: "class" }, kind), ` ${name} `, tag("small", {}, shortType(type))),
    tag("p", {}, `${meaning}.`),
    ...(paths.length > 0 ? [tag("ul", {}, ...paths.map((path) => tag("li", {}, tag("code", {}, path))))] : []),
    tag(
      "p",
      { class: "muted" },
      `Owner ${owner}. Since ${time(firstSeen)}, seen ${timesSeen} ${timesSeen === 1 ? "time" : "times"}. Id `,
      tag("code", {}, id),
    ),
    tag("p", {}, `${cureOf(finding, stuck)}.`),
  );
}

function repairs({ repairs: all }: Report): Markup[] {
  if (all.length === 0) return [];
  const lines = all.map(({ kind, name, type }) => tag("li", {}, `${kind} ${name} `, tag("small", {}, shortType(type))));
  return [tag("h2", {}, `What a repair of all would do (${all.length})`), tag("ul", {}, ...lines)];
}

function time(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

function style(): string {
  const variables = ({ ...palette }: Palette) => Object.entries(palette).map(([name, value]) => `--${name}:${value};`);
  const cards = classes.map(
    (kind) =>
      `article.${kind}{border-left-color:var(--${colours[kind]})} article.${kind} .class{color:var(--${colours[kind]})}`,
  );
  return `
:root{color-scheme:light dark;${variables(light).join("")}}
@media (prefers-color-scheme:dark){:root{${variables(dark).join("")}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:48rem;background:var(--paper);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;line-height:1.25;margin:.5rem 0} h2{font-size:1.15rem;margin:1.75rem 0 .5rem} h3{font-size:1rem;margin:0 0 .25rem}
small,.muted{color:var(--muted);font-weight:400} p{margin:.35rem 0} ul{margin:.35rem 0;padding-left:1.25rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.75rem 0} dt{color:var(--muted)} dd{margin:0}
code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.875em}
.note{border:1px solid var(--line);border-radius:.4rem;padding:.5rem .75rem;white-space:pre-wrap}
article{background:var(--card);border:1px solid var(--line);border-left-width:.4rem;border-radius:.4rem;padding:.75rem;margin:.6rem 0}
${cards.join("\n")}
@media screen and (max-width:30rem){body{padding:.6rem} dl{grid-template-columns:1fr}}
`;
}
