import { days, type Window } from "./schema/window.ts";

const hour = 3_600_000;
/** Days ahead in which an opening is looked for: one may fall into the hour that is left out in spring. */
const horizon = 15;

/** One opening of a window, from and to a moment. */
interface Opening {
  readonly from: number;
  readonly to: number;
}

/** Whether the window is open at a moment. */
export function isOpen(window: Window, at: Date): boolean {
  return openings(window, at).some(({ from, to }) => from <= at.getTime() && at.getTime() < to);
}

/** When the window opens next; the moment itself where it is open. */
export function nextOpening(window: Window, at: Date): Date | undefined {
  const next = openings(window, at).find(({ to }) => at.getTime() < to);
  return next && new Date(Math.max(next.from, at.getTime()));
}

/** As a clock in the window's time zone shows it: `Sat 2026-11-21 22:00 Europe/Berlin`. */
export function onItsClock({ timeZone }: Window, at: Date): string {
  const shown = new Date(wallClock(timeZone, at.getTime()));
  const weekday = shown.toLocaleDateString("en", { weekday: "short", timeZone: "UTC" });
  return `${weekday} ${shown.toISOString().slice(0, 16).replace("T", " ")} ${timeZone}`;
}

/** From the day before, whose opening may last until today, on; in their order, without those that summer time swallows. */
function openings({ days: open, from, to, timeZone }: Window, at: Date): Opening[] {
  const today = new Date(wallClock(timeZone, at.getTime()));
  const [opens, closes] = [timeOf(from), timeOf(to)];
  return Array.from({ length: horizon }, (_, index) =>
    Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + index - 1),
  )
    .filter((day) => open.some((name) => name === days[new Date(day).getUTCDay()]))
    .map((day) => ({
      from: moment(timeZone, day + opens),
      to: moment(timeZone, day + closes + (closes > opens ? 0 : 24 * hour)),
    }))
    .filter((opening) => opening.from < opening.to);
}

/** Milliseconds since midnight. */
function timeOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  return (hours * 60 + minutes) * 60_000;
}

/**
 * The moment at which a clock shows a time, given as if it were UTC. Of an hour that comes twice it is the first; a time that is
 * left out is as long after the change as it would have been (so does Temporal, as `compatible`).
 */
function moment(timeZone: string, shown: number): number {
  const offsetAt = (at: number) => wallClock(timeZone, at) - at;
  const [before, after] = [offsetAt(shown - 24 * hour), offsetAt(shown + 24 * hour)];
  const [first, second] = [shown - before, shown - after];
  return offsetAt(first) === before || offsetAt(second) !== after ? first : second;
}

/** What a clock in the time zone shows at a moment, as if it were UTC. */
function wallClock(timeZone: string, at: number): number {
  const parts = clockOf(timeZone).formatToParts(at);
  const part = (wanted: string) => Number(parts.find(({ type }) => type === wanted)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Kept: to make one takes a thousand times longer than to read it. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23" },
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
  });
  clocks.set(timeZone, clock);
  return clock;
}
