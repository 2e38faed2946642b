import { Trouble } from "../../local/say.ts";
import type { Rollout } from "../../stacks/schema/role.ts";
import type { Window } from "../../stacks/schema/window.ts";
import { isOpen, nextOpening, onItsClock } from "../../stacks/window.ts";
import type { Gate } from "./gate.ts";
import { duration, waitUntil } from "./wait.ts";

/** A host is not begun now. That is no failure: nothing was touched, and a later update goes on with it. */
export class Held extends Trouble {
  readonly why: string;

  constructor(host: string, why: string) {
    super(`${host} was not begun, and is as it was: ${why}.`);
    this.why = why;
  }
}

/** What can hold back a host. */
export interface Limits {
  /** Why operators paused the roll. */
  readonly paused: string | undefined;
  /** When the update's time budget ends. */
  readonly budgetEnd: Date | undefined;
  /** The window of the host's role. */
  readonly window: Window | undefined;
}

/** Why no host may be begun at a moment, and when it goes on. Nothing if one may. */
export function holdOf({ paused, budgetEnd, window }: Limits, at: Date): string | undefined {
  if (paused !== undefined)
    return `paused (${paused}); it goes on with the next 'estate up' after 'estate rollout resume'`;
  if (window && !isOpen(window, at)) {
    const next = nextOpening(window, at);
    return `closed until ${next ? onItsClock(window, next) : "its window opens"}; it goes on with the next 'estate up' from then on`;
  }
  if (budgetEnd && budgetEnd <= at) return "out of its time budget; it goes on with the next 'estate up'";
  return undefined;
}

/**
 * Whether a host may be begun. If not, waits until the engine does nothing else: as soon as a gate refuses, the engine begins
 * nothing more, and would leave another host drained, but not replaced. Where the whole estate goes, nothing is held back.
 *
 * @param more minutes that another host of the role may take besides, for its meetings
 * @throws Held when it may not
 */
export async function mayBegin(gate: Gate, rollout: Rollout, more = 0): Promise<void> {
  const { clock, host, journal, say } = gate;
  const why = gate.hold(rollout);
  if (!why || (await gate.abandoned())) return;
  journal.begin("hold");
  say(`not begun: ${why}`);
  const minutes = more + rollout.drainMinutes + rollout.joinMinutes + rollout.soakMinutes;
  let quiet = 0;
  await waitUntil(
    async () => {
      const others = await gate.underWay().catch((error: Error) => [`an answer of pulumi (${error.message})`]);
      quiet = others.length === 0 ? quiet + 1 : 0;
      // between two steps of another host, too, nothing is under way for a moment
      return quiet > 2
        ? { done: true }
        : { waiting: others.join(", ") || "the engine, which may begin something else" };
    },
    {
      ...{ clock, journal, deadline: minutes * 60_000, pause: 2000 },
      report: (waiting, since) => say(`before it is held back (${duration(since)}): waiting for ${waiting}`),
    },
  );
  throw new Held(host, why);
}
