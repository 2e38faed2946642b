import type { Meeting } from "./bbb.ts";
import type { DeclaredServer } from "./declared.ts";
import type { Drain } from "./drain-record.ts";
import type { ScaleliteServer } from "./scalelite.ts";

/** What a server's own API said. */
export type Probe =
  | { readonly answers: true; readonly version?: string; readonly meetings: readonly Meeting[] }
  | { readonly answers: false; readonly why: string };

/** How the host of a server looks from elsewhere: the orchestrator, or Consul. */
export interface Sight {
  readonly up: boolean;
  readonly why: string;
}

/** A server, under the one name it has here, with everything that is known of it. */
export interface Subject {
  readonly name: string;
  readonly url: string;
  /** Nothing if nobody told one: then it cannot be asked. */
  readonly secret?: string;
  readonly declared?: DeclaredServer;
  /** What Scalelite has of it. */
  readonly entry?: ScaleliteServer;
  readonly drain?: Drain;
}

/** One look at everything. */
export interface Observed {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly subjects: readonly Subject[];
  /** By the subject's name. */
  readonly probes: ReadonlyMap<string, Probe>;
  /** By the subject's name; nothing where nobody can tell. */
  readonly sights: ReadonlyMap<string, Sight>;
  /** Recordings that have not arrived, by the subject's name; text says why nobody knows. Only of those that are drained. */
  readonly recordings: ReadonlyMap<string, number | string>;
  /** Since when a server has been silent, empty or not polled, see `facts`. */
  readonly memory: Memory;
}

/** Since when something has held without a break, in milliseconds since 1970, by what it is. */
export type Memory = ReadonlyMap<string, number>;

/** What is worth remembering of a look. */
export function factsOf({ subjects, probes }: Pick<Observed, "subjects" | "probes">): string[] {
  return subjects.flatMap(({ name, entry }) => {
    const probe = probes.get(name);
    return [
      ...(probe && !probe.answers ? [`silent ${name}`] : []),
      ...(probe?.answers && peopleIn(probe.meetings) === 0 ? [`empty ${name}`] : []),
      ...(entry?.state === "enabled" && !entry.online ? [`unpolled ${name}`] : []),
    ];
  });
}

/** What has held before keeps its time; what holds no more is forgotten. */
export function remember(before: Memory, facts: readonly string[], now: number): Memory {
  return new Map(facts.map((fact) => [fact, before.get(fact) ?? now]));
}

/** Seconds for which something has held; nothing if it does not. */
export function heldFor(fact: string, { memory, now }: Pick<Observed, "memory" | "now">): number | undefined {
  const since = memory.get(fact);
  return since === undefined ? undefined : (now - since) / 1000;
}

export function peopleIn(meetings: readonly Meeting[]): number {
  return meetings.reduce((sum, { participants }) => sum + participants, 0);
}
