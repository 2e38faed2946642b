import type { Answer } from "./answer.ts";

/** A line of the sizing table. */
export interface Row {
  /** Unique, such as `cores` or `flavor m1.large`. */
  readonly what: string;
  /** By the whole estate, what it has already included. */
  readonly needed?: number;
  /** By others: what the estate has already is not counted. */
  readonly inUse?: number;
  /** -1: there is none. */
  readonly limit?: number;
  /** The limit without what others use. */
  readonly free?: number;
  /** `unknown` is what the cloud does not say: neither enough nor too little. */
  readonly verdict: "ok" | "missing" | "unknown";
  /** What else is known of it, or why nothing is. */
  readonly detail?: string;
  /** What is wrong, and what to do: with every `missing`. */
  readonly cure?: string;
  /** What would be better, and what to write for it. Nothing is missing without. */
  readonly advice?: string;
}

/** A limit, and how much of it is used: by all, and of that by the estate itself. What the cloud leaves out is undefined. */
export interface Room {
  readonly limit: number | undefined;
  readonly used: number | undefined;
  readonly own: number;
}

/**
 * Whether so many fit. What the estate has already is not asked for twice: it is taken from what is in use.
 *
 * @param cure from the limit that would do
 * @returns nothing when none are needed
 */
export function roomRow(what: string, needed: number, room: Answer<Room>, cure: (limit: number) => string): Row[] {
  if (needed === 0) return [];
  if ("unknown" in room) return [{ what, needed, verdict: "unknown", detail: room.unknown }];
  const { limit, used, own } = room.value;
  if (limit === undefined || used === undefined)
    return [{ what, needed, verdict: "unknown", detail: "the cloud names no limit of it" }];
  const inUse = used - own;
  if (limit < 0) return [{ what, needed, inUse, limit: -1, verdict: "ok" }];
  const free = limit - inUse;
  const row = { what, needed, inUse, limit, free };
  if (needed <= free) return [{ ...row, verdict: "ok" }];
  return [{ ...row, verdict: "missing", cure: `${needed} needed, ${free} free: ${cure(inUse + needed)}` }];
}

/** The cure of a quota, as an administrator types it. */
export function raise(command: string): string {
  return `have the quota raised (an administrator: ${command})`;
}

/** How many of the names are among those that exist. */
export function present(names: readonly string[], existing: readonly { readonly name: string }[]): number {
  const there = new Set(existing.map(({ name }) => name));
  return names.filter((name) => there.has(name)).length;
}

/** Names for a message; "none" where there are none. */
export function listed(names: readonly string[]): string {
  return [...new Set(names)].sort().join(", ") || "none";
}
