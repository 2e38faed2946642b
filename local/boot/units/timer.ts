import { type Assignment, last, UnitError } from "./parse.ts";
import { parseSpan } from "./time.ts";
import { expand, type Specifiers } from "./words.ts";

/** What the times of a timer count from: the boot, and the last start and end of the unit that it starts. */
const bases = { OnBootSec: "boot", OnUnitActiveSec: "started", OnUnitInactiveSec: "ended" } as const;
type Base = (typeof bases)[keyof typeof bases];

/** A timer unit, read and checked. */
export interface TimerUnit {
  readonly name: string;
  /** The service that it starts. */
  readonly unit: string;
  /** When: seconds after something. */
  readonly elapses: readonly { readonly base: Base; readonly seconds: number }[];
}

/** When things happened, in seconds of one clock; nothing for what has not happened yet. */
export interface Times {
  readonly boot: number;
  readonly started?: number | undefined;
  readonly ended?: number | undefined;
  /** The timer itself elapsed, since it was started. */
  readonly elapsed?: number | undefined;
}

/** Reads a timer. Throws `UnitError` for a value that systemd would refuse or that is not played. */
export function timerOf(name: string, assignments: readonly Assignment[], specifiers: Specifiers): TimerUnit {
  const written = last(assignments, "Timer", "Unit");
  const unit = written ? expand(written, specifiers) : name.replace(/\.timer$/, ".service");
  if (!unit.endsWith(".service"))
    throw new UnitError(`${name}: Unit=${unit} is not played by the local stack: its timers start services only`);
  // it elapses as soon as it may, which is within any accuracy
  span(name, "AccuracySec", last(assignments, "Timer", "AccuracySec") ?? "1min");
  const elapses = elapsesOf(name, assignments);
  if (elapses.length === 0)
    throw new UnitError(`${name}: it says no time: it needs ${Object.keys(bases).join("= or ")}=`);
  return { name, unit, elapses };
}

/** An empty value of one resets them all, as systemd does it. */
function elapsesOf(name: string, assignments: readonly Assignment[]): TimerUnit["elapses"] {
  const found: { base: Base; seconds: number }[] = [];
  for (const { section, key, value } of assignments) {
    if (section !== "Timer" || !isBase(key)) continue;
    if (value === "") found.length = 0;
    else found.push({ base: bases[key], seconds: span(name, key, value) });
  }
  return found;
}

function isBase(key: string): key is keyof typeof bases {
  return Object.hasOwn(bases, key);
}

function span(name: string, key: string, text: string): number {
  const seconds = parseSpan(text);
  if (seconds === undefined) throw new UnitError(`${name}: ${key}=${text} is not a time span`);
  return seconds;
}

/**
 * When a timer elapses next, which may have been long ago; nothing while that depends on what has not happened yet. A timer that
 * is started after its time elapses at once; after that each time counts once.
 */
export function nextElapse({ elapses }: Pick<TimerUnit, "elapses">, times: Times): number | undefined {
  const { boot, elapsed } = times;
  // a unit that was left out (its condition did not hold) counts as started and ended when the timer elapsed
  const after = { boot, started: later(times.started, elapsed), ended: later(times.ended, elapsed) };
  const due = elapses.flatMap(({ base, seconds }) => {
    const from = after[base];
    const at = from === undefined ? Number.POSITIVE_INFINITY : from + seconds;
    return Number.isFinite(at) && (elapsed === undefined || at > elapsed) ? [at] : [];
  });
  return due.length > 0 ? Math.min(...due) : undefined;
}

function later(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
