import { project } from "../../local/place.ts";
import type { EstateFacts } from "../../stacks/facts.ts";
import { readFacts } from "../check/document.ts";
import { cleanCommit } from "../commit.ts";
import { holdOf } from "../gate/hold.ts";
import { readJournal } from "../journal/journal.ts";
import { heldBack, type RolloutStatus, type RollResult, rolloutStatus } from "../journal/status.ts";
import { readPause } from "../rollout/pause.ts";
import { exitCodes, leftLine } from "./outcome.ts";

/** Why a timer has nothing to do now, and what it ends with. */
export interface Idle {
  readonly text: string;
  readonly exitCode: number;
}

const nothingLeft: Readonly<Record<Exclude<RollResult, "held">, string>> = {
  none: "no roll is known here",
  running: "a roll runs",
  done: "the last roll is done",
  failed: "the last roll failed, and somebody must look at it: 'estate rollout status' says why",
  unknown: "the last roll did not come to its end, and somebody must look at it: 'estate rollout status' says more",
};

/**
 * Why there is nothing to go on with; nothing if there is. A timer goes on with what somebody let begin, and never begins anything: so
 * the last roll must have been held back, and what is checked out must be what that roll was of. And it does not wake the engine for
 * hosts none of which may be begun yet.
 *
 * @param commit what is checked out; nothing where that was changed since
 * @param hold why no host of a role may be begun now
 */
export function idle(
  status: RolloutStatus,
  commit: string | undefined,
  hold: (role: string | undefined) => string | undefined,
): Idle | undefined {
  const nothing = (why: string): Idle => ({ text: `Nothing is done: ${why}.`, exitCode: exitCodes.done });
  if (status.result !== "held") return nothing(nothingLeft[status.result]);
  if (status.commit === undefined)
    return nothing("the roll that was held back was of no commit alone: go on with 'estate up'");
  if (status.commit !== commit)
    return nothing(
      `the roll that was held back was of the commit ${status.commit.slice(0, 8)}, and here is ${commit?.slice(0, 8) ?? "something else"}: that begins with 'estate up'`,
    );
  const held = heldBack(status);
  const whys = held.map(({ role }) => hold(role));
  if (whys.length === 0 || whys.includes(undefined)) return undefined;
  const still = held.map((host, index) => ({ ...host, text: whys[index] ?? "" }));
  const names = held.map(({ name }) => name);
  return { text: leftLine(names, still), exitCode: exitCodes.held };
}

/** The same, of a stack now. @param folder what is checked out */
export async function whyIdle(stack: string, now = new Date(), folder = project): Promise<Idle | undefined> {
  const status = rolloutStatus(await readJournal(stack), now);
  const [facts, paused] = [await readFacts(stack), await readPause(stack)];
  return idle(status, await cleanCommit(folder), (role) =>
    holdOf({ paused, budgetEnd: undefined, window: windowOf(facts, role) }, now),
  );
}

function windowOf({ pools }: EstateFacts, role: string | undefined) {
  return pools.find((pool) => pool.role === role)?.rollout.window;
}
