import { writeFile } from "node:fs/promises";
import { Trouble } from "../../local/say.ts";
import { chooseStack, readFacts } from "../check/document.ts";
import { textLimit } from "../comment/body.ts";
import { shownCommit } from "../commit.ts";
import { readCheckpoint } from "../drift/ground.ts";
import type { Checkpoint } from "../interrupted.ts";
import { report } from "../report.ts";
import { whyFailed } from "../up/why.ts";
import type { PlanOptions } from "./command.ts";
import { markdown, terminal } from "./form.ts";
import { halfDone } from "./half-done.ts";
import { judgePlan, type Refusal } from "./judge.ts";
import { exitCodes, limitsIn } from "./limits.ts";
import { whySilent, withOrchestrator } from "./orchestrator.ts";
import type { Plan } from "./plan.ts";
import { readPlan } from "./read.ts";
import { renderPlan } from "./render.ts";
import { type NoPlan, noPlanAsJson, renderNoPlan } from "./trouble.ts";

interface Options extends PlanOptions {
  readonly stack?: string;
  readonly json?: boolean;
  /** A file, or - for standard output. */
  readonly markdown?: string;
  readonly policies: boolean;
}

/** Shows what an update would do, and whether it would be refused. Nothing is changed. Where there is no plan, that is written instead. */
export async function preview(options: Options): Promise<void> {
  const stack = await chooseStack(options.stack, process.env);
  const commit = await shownCommit(process.env);
  await show(stack, commit, options).catch(async (error: unknown) => {
    await tell({ stack, commit, error }, options);
  });
}

async function show(stack: string, commit: string | undefined, options: Options): Promise<void> {
  const facts = await readFacts(stack);
  process.stderr.write(`Asking the engine what an update of ${stack} would do...\n`);
  const [{ before, silent }, { plan: planned, stopped, log }] = await Promise.all([
    ground(stack),
    readPlan(stack, facts, options),
  ]);
  const plan: Plan = {
    ...{ ...withOrchestrator(planned, before, silent), ...(commit === undefined ? {} : { commit }) },
    // the plan is told all the same where the state cannot be read a second time
    halfDone: await halfDone(stack, before).catch(() => []),
  };
  const refusals = judgePlan(plan, limitsIn(options));
  const text = renderPlan(plan, refusals, markdown, textLimit(stack));
  if (options.markdown !== undefined && options.markdown !== "-") await save(options.markdown, text);
  if (options.json) process.stdout.write(`${asJson(plan, refusals)}\n`);
  else process.stdout.write(options.markdown === "-" ? text : renderPlan(plan, refusals, terminal));
  const failed = { stack, stopped, errors: plan.errors, log, command: "preview" } as const;
  if (!plan.complete) process.stderr.write(`estate: ${await whyFailed(failed)}\n`);
  process.exitCode = exitCodes[refusals.length > 0 ? "refused" : plan.complete ? "shown" : "failed"];
}

interface Ground {
  /** The state; nothing where it could not be read. */
  readonly before: Checkpoint | undefined;
  /** Why the orchestrator does not answer. */
  readonly silent: string | undefined;
}

async function ground(stack: string): Promise<Ground> {
  const before = await readCheckpoint(stack).catch(() => undefined);
  return { before, silent: await whySilent(stack, before) };
}

/** Says why there is no plan, in each form that was asked for. */
async function tell(trouble: NoPlan, { json, markdown: file }: Options): Promise<void> {
  const text = renderNoPlan(trouble, markdown, textLimit(trouble.stack));
  if (json) process.stdout.write(`${noPlanAsJson(trouble)}\n`);
  else if (file === "-") process.stdout.write(text);
  if (!json) report(trouble.error, false);
  process.exitCode = exitCodes.failed;
  if (file !== undefined && file !== "-")
    await save(file, text).catch((error: Error) => process.stderr.write(`estate: ${error.message}\n`));
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
