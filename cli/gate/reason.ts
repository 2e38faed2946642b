/** How many lines of a console an operator wants to see. */
const wanted = 3;

/** What a console tells of a host that does not join. */
export interface Reasons {
  /** What the host itself gives as the reason, at last. */
  readonly given?: string;
  /** Lines worth reading, the newest last, none twice. */
  readonly lines: readonly string[];
}

/**
 * Why a host does not join, from the end of its console: what the host itself gives as reason (`estate-reason:`), else
 * lines that look like errors, else the last lines there are.
 */
export function reasonsIn(console: string): Reasons {
  const lines = console
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const given = lines.flatMap((line) => /estate-reason: *(.+)$/.exec(line)?.[1] ?? []);
  const errors = lines.filter((line) => /\b(error|fatal|failed|panic)\b/i.test(line));
  const last = given.at(-1);
  if (last) return { given: last, lines: lastDistinct(given) };
  return { lines: lastDistinct(errors.length > 0 ? errors : lines) };
}

function lastDistinct(lines: readonly string[]): string[] {
  const kept: string[] = [];
  for (const line of lines.toReversed()) if (kept.length < wanted && !kept.includes(line)) kept.unshift(line);
  return kept;
}
