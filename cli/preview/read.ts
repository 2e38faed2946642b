import type { EstateFacts } from "../../stacks/facts.ts";
import { estateFile } from "../estate-folder.ts";
import { readPause } from "../rollout/pause.ts";
import { type Ran, runEngine } from "../up/engine.ts";
import { type Plan, planOf } from "./plan.ts";
import { policyFlags } from "./policies.ts";
import { plannedPools } from "./pools.ts";

/** What the engine says an update would do. */
export interface Previewed {
  readonly plan: Plan;
  /** Whether an operator stopped it. */
  readonly stopped: boolean;
  /** Where all of it is that pulumi said. */
  readonly log: string;
}

/**
 * Runs `pulumi preview`, and reads its events. It changes nothing and takes no lock.
 *
 * @param facts nothing where the document could not be read; the order of the roll is then not known
 * @param policies whether the policy pack looks at the plan too
 */
export async function readPlan(
  stack: string,
  facts: EstateFacts | undefined,
  { policies }: { readonly policies: boolean },
): Promise<Previewed> {
  const log = estateFile(stack, "preview.log");
  const flags = policies ? policyFlags(stack) : [];
  const { succeeded, stopped, events }: Ran = await runEngine({
    command: ["preview", "--stack", stack, ...flags],
    log,
  });
  const paused = await readPause(stack);
  const pools = facts ? plannedPools(facts) : [];
  return { plan: planOf(events, { stack, complete: succeeded, paused, pools, removal: facts?.removal }), stopped, log };
}
