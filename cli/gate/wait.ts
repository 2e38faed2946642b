import { Trouble } from "../../local/say.ts";
import type { Gate } from "./gate.ts";
import type { GateJournal } from "./journal.ts";

/** Time, as a gate sees it. Tests have one that does not wait. */
export interface Clock {
  /** Milliseconds since any moment. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The machine's. */
export const clock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** `40 s`, `3 min`, `3 min 20 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return minutes === 0 ? `${rest} s` : rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** Asked again and again: done, or what it waits for in a few words. */
export type Attempt = () => Promise<{ readonly done: true } | { readonly waiting: string }>;

export interface Patience {
  readonly clock: Clock;
  /** Told what it waits for, whenever `report` is. */
  readonly journal: Pick<GateJournal, "waiting">;
  /** Milliseconds after which it gives up. */
  readonly deadline: number;
  /** Milliseconds between attempts. @default 2000 */
  readonly pause?: number;
  /** Told when what it waits for changes, and every half minute. */
  readonly report: (waiting: string, since: number) => void;
}

/**
 * Repeats an attempt until it is done. Gives what it waited for at last if that was not in time, else nothing.
 *
 * An API that moves from server to server answers with any error for a while: one that is not a refusal of ours is waited out.
 *
 * @throws Trouble as soon as the attempt throws one
 */
export async function waitUntil(attempt: Attempt, patience: Patience): Promise<string | undefined> {
  const { clock, journal, deadline, pause = 2000, report } = patience;
  const start = clock.now();
  let said = { text: "", at: start };
  for (;;) {
    const state = await attempt().catch(failed);
    if ("done" in state) return undefined;
    const now = clock.now();
    if (state.waiting !== said.text || now - said.at >= 30_000) {
      report(state.waiting, now - start);
      journal.waiting(state.waiting);
      said = { text: state.waiting, at: now };
    }
    if (now - start >= deadline) return state.waiting;
    await clock.sleep(pause);
  }
}

function failed(error: unknown): { readonly waiting: string } {
  if (error instanceof Trouble) throw error;
  return { waiting: `an answer without error (the last: ${(error as Error).message})` };
}

/** Milliseconds that an API may be away before one thing asked of it counts as failed. */
const patience = 120_000;

/**
 * Asks for one thing, again while that fails. What is asked must do no harm when it is done twice.
 *
 * @param what as in "HOST could not be ..."
 * @throws Trouble with the last error when it failed for two minutes
 */
export async function insist<Answer>(
  { clock, host, journal, say }: Pick<Gate, "clock" | "host" | "journal" | "say">,
  what: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  let answer: { readonly value: Answer } | undefined;
  const missing = await waitUntil(
    async () => {
      answer = { value: await ask() };
      return { done: true };
    },
    { clock, journal, deadline: patience, report: (waiting) => say(`not ${what} yet: waiting for ${waiting}`) },
  );
  if (answer) return answer.value;
  const next =
    "'estate local status' shows what answers in a local stack. After the cure, 'pulumi up' goes on from here.";
  throw new Trouble(`${host} could not be ${what} within ${duration(patience)}: it waited for ${missing}.\n${next}`);
}
