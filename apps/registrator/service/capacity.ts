import type { Declared } from "./declared.ts";
import type { Observed, Subject } from "./observed.ts";

/**
 * Why the others cannot do without a server; nothing if they can. Loads are as Scalelite counts them, so that a server with a
 * multiplier is full at the same load as any other. Only servers with the same tag take its meetings.
 *
 * @param leaving names of servers that are being drained
 */
export function whyNeeded(
  subject: Subject,
  { subjects }: Observed,
  { capacity, leastEnabled }: Pick<Declared, "capacity" | "leastEnabled">,
  leaving: ReadonlySet<string>,
): string | undefined {
  if (subject.entry?.state !== "enabled") return undefined;
  const alike = subjects.filter(({ entry }) => entry && tagOf(entry) === tagOf(subject.entry));
  const rest = alike.filter(
    ({ name, entry }) => name !== subject.name && !leaving.has(name) && entry?.state === "enabled" && entry.online,
  );
  const few = `${rest.length} other server${rest.length === 1 ? " takes" : "s take"} meetings`;
  if (rest.length < leastEnabled) return `only ${few}, at least ${leastEnabled} must`;
  const load = alike.reduce((sum, { entry }) => sum + (entry?.load ?? 0), 0);
  const room = rest.length * capacity;
  return load > room ? `the load of all is ${load}, and ${few}, which carry ${room}` : undefined;
}

function tagOf(entry: Subject["entry"]): string {
  return entry?.tag ?? "";
}
