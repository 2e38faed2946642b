import { createInterface } from "node:readline/promises";
import { Trouble } from "../../local/say.ts";
import { readFacts } from "../check/document.ts";
import { terminal } from "../preview/form.ts";
import { judgePlan, type Limits, type Refusal } from "../preview/judge.ts";
import type { Plan } from "../preview/plan.ts";
import { readPlan } from "../preview/read.ts";
import { renderPlan } from "../preview/render.ts";
import { whyFailed } from "./why.ts";

export interface Terms extends Limits {
  /** Whether nobody is asked. */
  readonly yes?: boolean;
  /** Whether the policy pack looks at the plan. */
  readonly policies: boolean;
}

/**
 * Looks at the plan before an update. Gives why it is refused, and nothing if the update may begin. Without `yes` the plan is shown,
 * and somebody asked.
 *
 * With `yes`, a preview that fails refuses nothing: the update has the same reason, and says it.
 *
 * @throws Trouble when nobody can be asked, the preview fails or is stopped, or the answer is not yes
 */
export async function agree(stack: string, { yes = false, policies, ...limits }: Terms): Promise<Refusal[]> {
  if (!yes && !(process.stdin.isTTY && process.stderr.isTTY))
    throw new Trouble("nobody can be asked here: add --yes to go on without being asked");
  // a mistake in the document is told by the engine's program; the order of hosts is then not known here
  const facts = await readFacts(stack).catch(() => undefined);
  const { plan, stopped, log } = await readPlan(stack, facts, { policies });
  if (stopped) throw new Trouble("stopped before the update: nothing was done");
  const refusals = judgePlan(plan, limits);
  if (refusals.length === 0) keepsToPolicies(stack, plan);
  if (yes) return refusals;
  process.stderr.write(renderPlan(plan, refusals, terminal));
  if (refusals.length > 0) return refusals;
  if (!plan.complete)
    throw new Trouble(await whyFailed({ command: "preview", stack, stopped, errors: plan.errors, log }));
  await ask();
  return [];
}

/** @throws Trouble when a mandatory rule forbids the plan: all that it is forbidden for */
function keepsToPolicies(stack: string, { findings }: Plan): void {
  const forbidden = findings.filter(({ level }) => level === "mandatory");
  if (forbidden.length === 0) return;
  const lines = forbidden.map(({ policy, name = stack, message }) => `  ${policy}, ${name}: ${message}`);
  const cure = `policies/README.md says how a rule is made to advise only, or to except something; --no-policies goes on without them`;
  throw new Trouble(["policies forbid the update, and nothing was done:", ...lines, cure].join("\n"));
}

/** Asks whether to do what was shown. @throws Trouble when the answer is not yes */
export async function ask(): Promise<void> {
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asked.question("Do this? [yes/no] ").finally(() => asked.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new Trouble("nothing was done");
}

/** For people. */
export function refusedText(stack: string, refusals: readonly Refusal[]): string {
  const lines = refusals.map(({ what, cure }) => `  ${what}.\n  Do this: ${cure}.`);
  return [`the update of the stack ${stack} is refused, and nothing was done:`, ...lines].join("\n");
}
