/** One assignment of a unit file. An empty `value` resets what a list held so far. */
export interface Assignment {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** A unit file that cannot be understood or played. The message is a sentence for the operator and names the unit. */
export class UnitError extends Error {
  override readonly name = "UnitError";
}

/**
 * The assignments of a unit file or drop-in, in order: comments dropped, continued lines joined by a space.
 *
 * Throws `UnitError` for a line that is neither a section, an assignment nor a comment.
 */
export function parseUnit(text: string, name: string): Assignment[] {
  const assignments: Assignment[] = [];
  let section = "";
  for (const { line, number } of logicalLines(text)) {
    const header = /^\[([^\]]+)\]$/.exec(line);
    const equals = line.indexOf("=");
    if (header?.[1]) section = header[1];
    else if (equals > 0 && section !== "")
      assignments.push({ section, key: line.slice(0, equals).trim(), value: line.slice(equals + 1).trim() });
    else throw new UnitError(`${name}: line ${number} is neither a section nor an assignment: ${line}`);
  }
  return assignments;
}

interface Line {
  readonly line: string;
  readonly number: number;
}

function logicalLines(text: string): Line[] {
  const lines: Line[] = [];
  let joined = "";
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    // a comment inside a continued line is dropped and does not end it
    if (/^\s*[#;]/.test(raw)) continue;
    const continued = raw.endsWith("\\");
    joined += continued ? `${raw.slice(0, -1)} ` : raw;
    if (continued) continue;
    if (joined.trim() !== "") lines.push({ line: joined.trim(), number: index + 1 });
    joined = "";
  }
  if (joined.trim() !== "") lines.push({ line: joined.trim(), number: text.split("\n").length });
  return lines;
}

/** The last value of a key that holds one. */
export function last(assignments: readonly Assignment[], section: string, key: string): string | undefined {
  return all(assignments, section, key).at(-1);
}

/** All values of a key that may be given several times, after the last reset. */
export function all(assignments: readonly Assignment[], section: string, key: string): string[] {
  const values: string[] = [];
  for (const one of assignments) {
    if (one.section !== section || one.key !== key) continue;
    if (one.value === "") values.length = 0;
    else values.push(one.value);
  }
  return values;
}

/** The words of all values of a key that holds a list of names. */
export function names(assignments: readonly Assignment[], section: string, key: string): string[] {
  return all(assignments, section, key).flatMap((value) => value.split(/\s+/).filter((word) => word !== ""));
}
