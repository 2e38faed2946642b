/** A part of a text of which lines may be left out. */
export interface Section {
  readonly head: readonly string[];
  readonly lines: readonly string[];
  /** The line that stands for those that are left out. */
  readonly more: (count: number) => string;
}

/**
 * A text of sections that is not longer than `limit`: lines are left out from the end of the last section on, and it is said how
 * many. What stands before and after them is kept whole, and so is each section's head.
 *
 * @param limit characters, as JavaScript counts them
 */
export function fit(
  before: readonly string[],
  sections: readonly Section[],
  after: readonly string[],
  limit: number,
): string {
  const around = [before.join("\n"), ...(after.length > 0 ? [after.join("\n")] : [])];
  const heads = sections.map(({ head, lines, more }) => textOf(head) + textOf([more(lines.length)]) + 2);
  let left =
    limit - around.reduce((sum, text) => sum + text.length + 2, 0) - heads.reduce((sum, size) => sum + size, 0);
  const texts = sections.map(({ head, lines, more }) => {
    const kept = lines.filter((line) => {
      // after the first one that is left out, none is taken that happens to be short
      left = line.length + 1 <= left ? left - line.length - 1 : Math.min(left, -1);
      return left >= 0;
    });
    return [...head, ...kept, ...(kept.length < lines.length ? [more(lines.length - kept.length)] : [])].join("\n");
  });
  return [before.join("\n"), ...texts, ...(after.length > 0 ? [after.join("\n")] : [])].join("\n\n");
}

function textOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}
