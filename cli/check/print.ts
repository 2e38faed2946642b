import { table } from "../table.ts";
import type { Row } from "./row.ts";

/** Something that is missing, and what to do. */
export interface Problem {
  readonly what: string;
  readonly cure: string;
}

export function problemsIn(rows: readonly Row[]): readonly Problem[] {
  return rows.filter(({ verdict }) => verdict === "missing").map(({ what, cure = "" }) => ({ what, cure }));
}

/** For machines. */
export function asJson(rows: readonly Row[]): string {
  const problems = problemsIn(rows);
  return JSON.stringify({ ok: problems.length === 0, problems, rows });
}

/** For people: the sizing table, then what nobody knows with the reason, what would be better, and what is missing with its cure. */
export function asText(rows: readonly Row[]): string {
  const cells = rows.map(({ what, needed, inUse, limit, free, verdict, detail = "" }) => [
    ...[what, number(needed), number(inUse), limit === -1 ? "no limit" : number(limit), number(free), verdict],
    verdict === "unknown" ? "" : detail,
  ]);
  const problems = problemsIn(rows);
  const unknown = rows.filter(({ verdict }) => verdict === "unknown");
  const advised = rows.flatMap(({ what, advice }) => (advice === undefined ? [] : [`${what}: ${advice}`]));
  return [
    table(["WHAT", "NEEDED", "IN USE", "LIMIT", "FREE", "VERDICT", "DETAIL"], cells),
    "In use is what others use: what this estate has already is not asked for twice.",
    ...section(
      "What the cloud does not say:",
      unknown.map(({ what, detail = "" }) => `${what}: ${detail}`),
    ),
    ...section("What would be better:", advised),
    ...section(
      "What is missing:",
      problems.map(({ what, cure }) => `${what}: ${cure}`),
    ),
    problems.length > 0 ? `${count(problems.length)} missing.` : "Nothing is missing.",
  ].join("\n\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [[title, ...lines.map((line) => `  ${line}`)].join("\n")];
}

function number(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

function count(things: number): string {
  return things === 1 ? "1 thing is" : `${things} things are`;
}
