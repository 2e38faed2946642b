import { hostname } from "node:os";
import { readCheckpoint } from "../drift/ground.ts";
import { interruptedFindings, mayRun } from "../drift/interruption.ts";
import { activityOf, updatingBy } from "../drift/updating.ts";
import type { Checkpoint } from "../interrupted.ts";

/**
 * What a plan does not tell: that an update runs, whose half-made things are in it; or that one was killed, and what it was at. For
 * people, in sentences; nothing where neither is so.
 *
 * @param before the state when the plan was begun; nothing where it could not be read
 */
export async function halfDone(stack: string, before: Checkpoint | undefined): Promise<string[]> {
  const activity = await activityOf(stack, process.env, hostname());
  const state = await readCheckpoint(stack);
  const updating = activity.updating ?? (before && updatingBy(before, state));
  if (updating)
    return [`An update of ${stack} runs since ${updating.since} (${updating.who}): this is what is left of it by now.`];
  const left = interruptedFindings(state, activity);
  if (left.length === 0) return activity.stale === undefined ? [] : [`${activity.stale}.`];
  return [
    ...left.map(({ name, meaning }) => `${name}: ${meaning}.`),
    `The plan does not know of that. ${left.some(mayRun) ? "If no update runs, 'estate up'" : "'estate up'"} takes in or removes what was half-made, and goes on; 'estate state recover' does that alone.`,
  ];
}
