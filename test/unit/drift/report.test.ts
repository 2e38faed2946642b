/** A check in each of its forms. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { sift } from "../../../cli/drift/accepted.ts";
import { isNews } from "../../../cli/drift/drift.ts";
import { metricNames, renderMetrics } from "../../../cli/drift/metrics.ts";
import { renderPage } from "../../../cli/drift/page.ts";
import { renderReport } from "../../../cli/drift/render.ts";
import { exitCodes } from "../../../cli/drift/report.ts";
import { markdown, terminal } from "../../../cli/preview/form.ts";
import { parsePage, textOf } from "../map/xml.ts";
import { types } from "./fixtures.ts";
import { reported, sighted, some } from "./reports.ts";

describe("what is reported", () => {
  test("the worst first, with what takes it back, and the answers apart", () => {
    const report = reported();
    expect(report.findings.map(({ class: kind, answer }) => `${kind} ${answer}`)).toEqual([
      ...["security unmanaged", "outage cloud", "outage program", "cosmetic cloud"],
    ]);
    // a repair of all changes the record alone: nothing takes the name back
    expect(report.stuck).toEqual([some[1].id]);
    const text = renderReport(report, terminal);
    expect(text).toContain(`'estate drift repair ${some[0].id}' takes it back`);
    expect(text).toContain("an update would not take this back");
    expect(text.indexOf("Cloud against state")).toBeLessThan(text.indexOf("Program against state"));
    expect(text).toContain("dns-api (RecordSet) would be changed at records");
  });

  test("only after so many checks in a row, but for security and killed updates", () => {
    const seen = [
      sighted({ name: "once" }, 1),
      sighted({ name: "twice" }, 2),
      sighted({ name: "open", class: "security" }, 1),
      sighted({ name: "half", answer: "interrupted", owner: "engine" }, 1),
      sighted({ name: "elsewhere", answer: "interrupted", owner: "unknown" }, 1),
    ];
    const { findings, waiting, result } = reported({ seen, sightings: 2 });
    expect(findings.map(({ name }) => name).sort()).toEqual(["half", "open", "twice"]);
    expect([waiting.map(({ name }) => name).sort(), result]).toEqual([["elsewhere", "once"], "drift"]);
    expect(reported({ seen: seen.slice(0, 1), sightings: 2 }).result).toBe("clean");
  });

  test("each end has its exit code", () => {
    const code = (more: Parameters<typeof reported>[0]) => exitCodes[reported(more).result];
    expect(code({ seen: [] })).toBe(0);
    expect(code({})).toBe(2);
    expect(code({ troubles: ["no answer"] })).toBe(1);
    expect(code({ updating: { since: "now", who: "process 1 of me" } })).toBe(75);
  });

  test("known noise is left out, and counted with its reason", () => {
    const noise = sighted({ name: "hello", type: types.deployment, paths: ["metadata.generation", "status.replicas"] });
    const real = sighted({ name: "hello", type: types.deployment, paths: ["metadata.generation", "spec.replicas"] });
    const { kept, known } = sift([noise, real]);
    expect([kept, known.map(({ finding }) => finding)]).toEqual([[real], [noise]]);
    expect(renderReport(reported({ seen: [real], accepted: known }), terminal)).toContain("Accepted as known: 1 (");
  });

  test("it is told that an update runs, and why a check is not whole", () => {
    const text = renderReport(
      reported({ updating: { since: "12:00", who: "process 7 of anna" }, troubles: ["no dns"] }),
      terminal,
    );
    expect(text).toContain("An update runs since 12:00 (process 7 of anna)");
    expect(text).toMatch(/This check is not whole:\n {2}no dns/);
  });

  test("only what is new is sent: first sightings, and those that are enough now", () => {
    expect(isNews(reported())).toBe(true);
    expect(isNews(reported({ seen: some.slice(0, 3) }))).toBe(false);
    expect(isNews(reported({ seen: [sighted({ name: "a" }, 3)], sightings: 3 }))).toBe(true);
    expect(isNews(reported({ updating: { since: "", who: "" } }))).toBe(false);
    expect(isNews(reported({ seen: [], troubles: ["x"] }))).toBe(true);
  });
});

test("the Markdown takes no markup from names, and keeps its summary when it is cut", () => {
  const text = renderReport(reported(), markdown, 64_000);
  expect(text).toContain("## Drift of `prod`: 1 security, 2 outage, 1 cosmetic; 120 resources compared");
  expect(text).toContain("`<script>alert(1)</script> '@all' | x`");
  const many = Array.from({ length: 2000 }, (_, place) => sighted({ name: `host-${place}` }));
  const cut = renderReport(reported({ seen: many, repairs: [] }), markdown, 64_000);
  expect(cut.length).toBeLessThanOrEqual(64_000);
  expect(cut).toMatch(/^## Drift of `prod`: 2000 outage/);
  expect(cut).toMatch(/- and \d+ more, which 'estate drift --json' shows/);
});

describe("the page", () => {
  test("is well-formed, needs nothing else, and runs nothing that a name says", async () => {
    const page = renderPage(reported({ troubles: ["no <dns>"] }));
    expect(textOf(await parsePage(page))).toContain("<script>alert(1)</script>");
    expect(page).not.toContain("<script");
    expect(page).not.toMatch(/(src|href)=|url\(|@import/);
    expect(page).toContain('content="width=device-width, initial-scale=1"');
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    for (const { id } of some) expect(page).toContain(`id="f-${id}"`);
  });
});

describe("the metrics", () => {
  const lines = renderMetrics(reported()).trimEnd().split("\n");
  test("are as Prometheus reads them, each combination once", () => {
    const samples = lines.filter((line) => !line.startsWith("#"));
    for (const sample of samples) expect(sample).toMatch(/^[a-z_]+\{([a-z]+="[^"]*",?)+\} [\d.]+$/);
    expect(new Set(samples.map((line) => line.split(" ")[0])).size).toBe(samples.length);
    expect(lines).toContain('estate_drift_findings{stack="prod",answer="unmanaged",class="security"} 1');
    expect(lines).toContain('estate_drift_findings{stack="prod",answer="cloud",class="security"} 0');
    expect(lines).toContain('estate_drift_result{stack="prod",result="drift"} 1');
    expect(lines).toContain('estate_drift_oldest_seconds{stack="prod"} 10800');
  });

  test("are what the alerts ask for, and each alert says what to do", () => {
    const file = join(import.meta.dirname, "../../../cli/drift/alerts.yaml");
    const { groups } = parse(readFileSync(file, "utf8")) as {
      groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
    };
    const rules = groups.flatMap(({ rules }) => rules);
    expect(rules.length).toBeGreaterThanOrEqual(5);
    for (const { alert, expr, annotations } of rules) {
      const used = expr.match(/estate_drift_\w+/g) ?? [];
      expect(used.length, alert).toBeGreaterThan(0);
      expect(
        used.filter((name) => !metricNames.includes(name)),
        alert,
      ).toEqual([]);
      expect(annotations.action, alert).toMatch(/\w/);
    }
  });
});
