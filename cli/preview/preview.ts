import { writeFile } from "node:fs/promises";
import { Trouble } from "../../local/say.ts";
import { chooseStack, readFacts } from "../check/document.ts";
import { textLimit } from "../comment/body.ts";
import { readCheckpoint } from "../drift/ground.ts";
import { whyFailed } from "../up/why.ts";
import type { PlanOptions } from "./command.ts";
import { markdown, terminal } from "./form.ts";
import { halfDone } from "./half-done.ts";
import { judgePlan, type Refusal } from "./judge.ts";
import { exitCodes, limitsIn } from "./limits.ts";
import type { Plan } from "./plan.ts";
import { readPlan } from "./read.ts";
import { renderPlan } from "./render.ts";

interface Options extends PlanOptions {
  readonly stack?: string;
  readonly json?: boolean;
  /** A file, or - for standard output. */
  readonly markdown?: string;
  readonly policies: boolean;
}

/** Shows what an update would do, and whether it would be refused. Nothing is changed. */
export async function preview(options: Options): Promise<void> {
  const stack = await chooseStack(options.stack, process.env);
  const facts = await readFacts(stack);
  process.stderr.write(`Asking the engine what an update of ${stack} would do...\n`);
  const [before, { plan: planned, stopped, log }] = await Promise.all([
    readCheckpoint(stack).catch(() => undefined),
    readPlan(stack, facts, options),
  ]);
  // the plan is told all the same where the state cannot be read a second time
  const plan = { ...planned, halfDone: await halfDone(stack, before).catch(() => []) };
  const refusals = judgePlan(plan, limitsIn(options));
  const text = renderPlan(plan, refusals, markdown, textLimit(stack));
  if (options.markdown !== undefined && options.markdown !== "-") await save(options.markdown, text);
  if (options.json) process.stdout.write(`${asJson(plan, refusals)}\n`);
  else process.stdout.write(options.markdown === "-" ? text : renderPlan(plan, refusals, terminal));
  const failed = { stack, stopped, errors: plan.errors, log, command: "preview" } as const;
  if (!plan.complete) process.stderr.write(`estate: ${await whyFailed(failed)}\n`);
  process.exitCode = exitCodes[refusals.length > 0 ? "refused" : plan.complete ? "shown" : "failed"];
}

/** For machines: the whole plan, whatever its length. */
export function asJson(plan: Plan, refusals: readonly Refusal[]): string {
  return JSON.stringify({ ok: plan.complete && refusals.length === 0, refusals, ...plan });
}

async function save(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: Error) => {
    throw new Trouble(`the plan cannot be written: ${error.message}`);
  });
}
