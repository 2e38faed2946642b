import type { Meeting } from "./bbb.ts";
import type { Drain } from "./drain-record.ts";
import type { Step } from "./step.ts";

/**
 * The warning that is due, if one is, and which ones then have been given. A drain that is shorter than some of its warnings gives
 * one, with the minutes that there really are. Who is killed between the two warns twice rather than never.
 *
 * @param left seconds until the deadline
 */
export function warning(
  server: string,
  { order, warned }: Drain,
  meetings: readonly Meeting[],
  left: number,
): { readonly steps: readonly Step[]; readonly warned: readonly number[] } {
  const due = order.warnAt.filter((minutes) => left <= minutes * 60 && !warned.includes(minutes));
  if (due.length === 0) return { steps: [], warned };
  const minutes = Math.ceil(left / 60);
  const written = Object.entries(order.texts).sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = written.map(([, text]) => text.replaceAll("{minutes}", String(minutes)));
  const step: Step = { do: "warn", server, meetings, texts, why: `they have ${minutes} min left` };
  return { steps: texts.length > 0 && meetings.length > 0 ? [step] : [], warned: [...warned, ...due] };
}
