import { healths } from "./estate-map.ts";
import { dark, light, type Palette } from "./palette.ts";

/** The style sheet. The groups' places are the classes `g0`, `g1` and on: a name of the estate is never part of it. */
export function style(groups: number): string {
  const colours = ({ ...palette }: Palette) => Object.entries(palette).map(([name, value]) => `--${name}:${value};`);
  const marks = healths.map(
    (health) => `
.mark.${health} .fill{fill:var(--${health})} .mark.${health} .stroke{stroke:var(--${health})}
text.${health},td.${health}{fill:var(--${health});color:var(--${health});font-weight:600}`,
  );
  return `
:root{color-scheme:light dark;${colours(light).join("")}}
@media (prefers-color-scheme:dark){:root{${colours(dark).join("")}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:76rem;background:var(--paper);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0} h2{font-size:1.2rem;margin:2rem 0 .5rem} h3{font-size:1rem;margin:1.25rem 0 .5rem}
p{margin:.4rem 0;max-width:46rem} .muted{color:var(--muted)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.75rem 0} dt{color:var(--muted)} dd{margin:0;overflow-wrap:anywhere}
figure{margin:.5rem 0}
svg{display:block;width:100%;height:auto}
svg text{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:var(--text);white-space:pre}
svg .name{font-weight:600} svg text.muted{fill:var(--muted)}
svg.narrow{display:none;max-width:34rem;margin:0 auto}
.bar rect,.card rect,.cell rect{fill:var(--card);stroke:var(--line)}
.site>rect{fill:var(--band);stroke:var(--line)} .role>rect{fill:var(--box);stroke:var(--line)}
.label rect,.none rect{fill:none;stroke:none} .none rect{stroke:var(--band)}
.line{fill:none;stroke:var(--line);stroke-width:1.5}
.mark .stroke{fill:none;stroke-width:1.5} .mark .inner{fill:none;stroke:var(--paper);stroke-width:1.7}${marks.join("")}
.scroll{overflow-x:auto;margin:1rem 0;border:1px solid var(--line);border-radius:.4rem}
table{border-collapse:collapse;width:100%;font-size:.875rem} caption{text-align:left;padding:.5rem .6rem;font-weight:600}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-top:1px solid var(--band)} th{white-space:nowrap}
td.code{white-space:nowrap} td.code,th[scope=row]{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.8125rem}
ul.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.25rem;list-style:none;padding:0;margin:.5rem 0} .legend li{display:flex;gap:.4rem;align-items:center}
.legend svg{width:1rem;height:1rem;flex:none}
${highlights(groups)}
@media screen and (max-width:51rem){body{padding:.5rem} dl{grid-template-columns:1fr} dd{margin-bottom:.4rem} svg.wide{display:none} svg.narrow{display:block}}
@page{margin:12mm}
@media print{:root{${colours(light).join("")}} *{print-color-adjust:exact} body{max-width:none;padding:0;font-size:.8rem}
figure,tr{break-inside:avoid} h2,h3{break-after:avoid} figure svg{max-height:25cm} .scroll{border:0;overflow:visible}
table{font-size:.6rem} td.code,th[scope=row]{font-size:.55rem} th,td{padding:.15rem .3rem}}
`;
}

/** A pointer on a host shows the rules of its group, and those of every host. */
function highlights(groups: number): string {
  const rules = Array.from({ length: groups }, (_, place) => {
    const pointed = `body:has(.card.g${place}:hover)`;
    return `${pointed} .cell.g${place} rect,${pointed} .cell.g0 rect{stroke:var(--accent);stroke-width:2.5}`;
  });
  return rules.join("\n");
}
