/** What is known of findings from one check to the next. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Finding, findingId } from "../../../cli/drift/finding.ts";
import { History } from "../../../cli/drift/history.ts";

const folder = mkdtempSync(join(tmpdir(), "estate-drift-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const finding = (name: string, answer: Finding["answer"] = "cloud"): Finding => ({
  ...{ id: findingId(answer, name), answer, class: "outage", owner: "unknown", type: "t", name, change: "changed" },
  ...{ paths: ["a"], meaning: "it differs" },
});
const day = (count: number) => new Date(Date.UTC(2026, 0, count));
const whole = ["cloud", "program", "unmanaged", "interrupted"] as const;

test("a finding is counted in a row; one that was over begins anew", () => {
  const file = join(folder, "deep", "history.sqlite");
  const record = (at: Date, findings: readonly Finding[]) => {
    const history = new History(file);
    const seen = history.record({ stack: "prod", at, findings, whole });
    history.close();
    return seen.map(({ name, timesSeen, firstSeen }) => [name, timesSeen, firstSeen]);
  };
  expect(record(day(1), [finding("a")])).toEqual([["a", 1, day(1).toISOString()]]);
  expect(record(day(2), [finding("a"), finding("b")])).toEqual([
    ["a", 2, day(1).toISOString()],
    ["b", 1, day(2).toISOString()],
  ]);
  expect(record(day(3), [finding("b")])).toEqual([["b", 2, day(2).toISOString()]]);
  expect(record(day(4), [finding("a")])).toEqual([["a", 1, day(4).toISOString()]]);
});

test("what a check did not look at wholly is not over, and stacks do not mix", () => {
  const history = new History(":memory:");
  const both = [finding("a"), finding("u", "unmanaged")];
  history.record({ stack: "prod", at: day(1), findings: both, whole });
  history.record({ stack: "prod", at: day(2), findings: [], whole: ["cloud"] });
  history.record({ stack: "other", at: day(2), findings: [], whole });
  const seen = history.record({ stack: "prod", at: day(3), findings: both, whole });
  expect(seen.map(({ name, timesSeen }) => [name, timesSeen])).toEqual([
    ["a", 1],
    ["u", 2],
  ]);
  history.close();
});

test("to look writes nothing", () => {
  const history = new History(":memory:");
  expect(history.look("prod", day(1), [finding("a")])[0]?.timesSeen).toBe(1);
  expect(history.look("prod", day(2), [finding("a")])[0]?.timesSeen).toBe(1);
  history.close();
});

test("a finding is found by the beginning of its id, and a wrong one is told", () => {
  const history = new History(":memory:");
  history.record({ stack: "prod", at: day(1), findings: [finding("a"), finding("b")], whole });
  expect(history.find("prod", findingId("cloud", "a").slice(0, 6))).toEqual(finding("a"));
  expect(() => history.find("prod", "zz")).toThrow("no finding of the last check is zz");
  expect(() => history.find("prod", "")).toThrow("several findings begin with");
  expect(() => history.find("other", findingId("cloud", "a"))).toThrow("no finding");
  history.close();
});

test("a file that is no history is told, with the cure", () => {
  const file = join(folder, "broken");
  writeFileSync(file, "not a database, but long enough to be taken for one by its size ".repeat(20));
  expect(() => new History(file)).toThrow(/cannot be used: .*Delete it/);
});
