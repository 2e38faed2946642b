import type { HostStatus } from "../journal/status.ts";
import type { EngineView } from "./events.ts";

/** How an update ended. `held`: no host was begun that may not be begun now; a later update goes on. */
export type Outcome = "done" | "held" | "failed";

/** 75 is EX_TEMPFAIL of sysexits.h: try again later. */
export const exitCodes: Readonly<Record<Outcome, number>> = { done: 0, failed: 1, held: 75 };

/** How an update ended: held back if nothing failed but gates that hold back. */
export function outcomeOf(
  succeeded: boolean,
  { failed, errors }: Pick<EngineView, "failed" | "errors">,
  held: readonly HostStatus[],
): Outcome {
  if (succeeded) return "done";
  const gates = new Set(held.map(({ name }) => `${name}-drain`));
  const failures = failed.filter(({ name }) => !gates.has(name));
  return failed.length > 0 && failures.length + realErrors(errors, gates).length === 0 ? "held" : "failed";
}

/** The engine ends each failed update with an error of its own. */
function realErrors(errors: EngineView["errors"], gates: ReadonlySet<string>): EngineView["errors"] {
  return errors.filter(({ name, message }) => (name === undefined ? message !== "update failed" : !gates.has(name)));
}

/** Which hosts are left, and why, in one line. */
export function leftLine(left: readonly string[], held: readonly HostStatus[]): string {
  const reasons = [...new Set(held.map(({ text }) => text))].join("; ");
  return `${left.length === 1 ? "1 host is" : `${left.length} hosts are`} left (${left.join(", ")}): ${reasons}.`;
}
