import { hostname } from "node:os";
import { readCheckpoint } from "../drift/ground.ts";
import { interruptedFindings } from "../drift/interruption.ts";
import { activityOf } from "../drift/updating.ts";

/**
 * What a plan does not tell: that an update runs, whose half-made things are in it; or that one was killed, and what it was at. For
 * people, in sentences; nothing where neither is so.
 */
export async function halfDone(stack: string): Promise<string[]> {
  const { updating, stale } = await activityOf(stack, process.env, hostname());
  if (updating)
    return [`An update of ${stack} runs since ${updating.since} (${updating.who}): this is what is left of it by now.`];
  const left = interruptedFindings(await readCheckpoint(stack), stale);
  if (left.length === 0) return stale === undefined ? [] : [`${stale}.`];
  return [
    ...left.map(({ name, meaning }) => `${name}: ${meaning}.`),
    "The plan does not know of that. 'estate up' takes in or removes what was half-made, and goes on; 'estate state recover' does that alone.",
  ];
}
