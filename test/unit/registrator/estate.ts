import { type Declared, parseDeclared } from "../../../apps/registrator/service/declared.ts";
import type { Drain, DrainOrder } from "../../../apps/registrator/service/drain-record.ts";
import type { Memory, Observed, Probe, Sight } from "../../../apps/registrator/service/observed.ts";
import type { ScaleliteServer } from "../../../apps/registrator/service/scalelite.ts";
import { subjectsOf } from "../../../apps/registrator/service/subjects.ts";

export const token = "a-token-of-thirty-two-characters";
export const now = 1_800_000_000_000;

export function urlOf(name: string): string {
  return `https://${name}.example.org/bigbluebutton/api`;
}

/** A declared state with these servers. */
export function declared(names: readonly string[], more: object = {}, server: object = {}): Declared {
  const servers = Object.fromEntries(names.map((name) => [name, { url: urlOf(name), secret: "s", ...server }]));
  const scalelite = { url: "http://scalelite", secret: "s" };
  return parseDeclared(JSON.stringify({ scalelite, token, servers, ...more }));
}

export function entry(name: string, more: Partial<ScaleliteServer> = {}): ScaleliteServer {
  return {
    ...{ id: `id-of-${name}`, url: urlOf(name), secret: "s", state: "enabled", load: 0, load_multiplier: 1 },
    ...{ online: true, tag: null, ...more },
  };
}

export interface Seen {
  readonly entries?: readonly ScaleliteServer[];
  readonly probes?: Readonly<Record<string, Probe>>;
  readonly sights?: Readonly<Record<string, Sight>>;
  readonly drains?: Readonly<Record<string, Drain>>;
  readonly recordings?: Readonly<Record<string, number | string>>;
  /** Seconds for which facts have held. */
  readonly held?: Readonly<Record<string, number>>;
}

export const answers: Probe = { answers: true, meetings: [] };
export const silent: Probe = { answers: false, why: "connect ECONNREFUSED" };
export const lost: Sight = { up: false, why: "its node is not Ready (NodeStatusUnknown)" };

export function people(count: number, meetings = 1): Probe {
  const ids = Array.from({ length: meetings }, (_, index) => `m${index + 1}`);
  return { answers: true, meetings: ids.map((id) => ({ id, participants: count, moderatorPassword: "pw" })) };
}

/** A look in which every subject answers, unless told otherwise. */
export function observed(
  of: Declared,
  { entries = [], probes = {}, sights = {}, drains = {}, recordings = {}, held = {} }: Seen,
): Observed {
  const subjects = subjectsOf(of, entries, new Map(Object.entries(drains)));
  const memory: Memory = new Map(Object.entries(held).map(([fact, seconds]) => [fact, now - seconds * 1000]));
  return {
    ...{
      now,
      subjects,
      memory,
      recordings: new Map(Object.entries(recordings)),
      sights: new Map(Object.entries(sights)),
    },
    probes: new Map(subjects.map(({ name }) => [name, probes[name] ?? answers])),
  };
}

export function drainOf(
  phase: Drain["phase"],
  minutesAgo: number,
  order: Partial<DrainOrder> = {},
  more: Partial<Drain> = {},
): Drain {
  const whole: DrainOrder = {
    ...{ machine: "old", url: urlOf("bbb-01"), minutes: 60, atDeadline: "wait", warnAt: [60, 15, 5] },
    ...{ texts: { de: "Ende in {minutes} Minuten", en: "Ends in {minutes} minutes" }, recordingMinutes: 240, ...order },
  };
  return { order: whole, phase, since: now - minutesAgo * 60_000, warned: [], reason: "", ...more };
}
