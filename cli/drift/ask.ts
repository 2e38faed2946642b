import { estateFile } from "../estate-folder.ts";
import { type Change, changesOf } from "../preview/changes.ts";
import { runEngine } from "../up/engine.ts";
import { whyFailed } from "../up/why.ts";
import type { Finding } from "./finding.ts";
import { cloudFindings, lookedAt, programFindings } from "./managed.ts";

/** What the engine said to one question. */
export interface Answered<Value> {
  readonly value: Value;
  /** Why the answer is not whole. */
  readonly troubles: readonly string[];
}

/** The questions. None of them changes the cloud or the state, and none takes the state's lock. */
const questions = {
  cloud: { command: ["refresh", "--preview-only"], log: "drift.log" },
  program: { command: ["preview"], log: "drift-program.log" },
  repair: { command: ["preview", "--refresh"], log: "drift-repair.log" },
} as const;

/** Cloud against state. */
export async function askCloud(stack: string): Promise<Answered<{ findings: Finding[]; compared: number }>> {
  const { steps, troubles } = await ask(stack, "cloud");
  return { value: { findings: cloudFindings(steps), compared: lookedAt(steps) }, troubles };
}

/** Program against state. */
export async function askProgram(stack: string): Promise<Answered<Finding[]>> {
  const { steps, troubles } = await ask(stack, "program");
  return { value: programFindings(steps), troubles };
}

/** What `pulumi up --refresh` would do. */
export async function askRepair(stack: string): Promise<Answered<Change[]>> {
  const { steps, troubles } = await ask(stack, "repair");
  return { value: changesOf(steps).filter(({ managed }) => managed), troubles };
}

async function ask(stack: string, question: keyof typeof questions) {
  const { command, log: kind } = questions[question];
  const log = estateFile(stack, kind);
  const { succeeded, stopped, events } = await runEngine({ command: [...command, "--stack", stack], log });
  const failed = { stack, stopped, errors: events.errors, log, command: command[0] };
  return { steps: events.steps, troubles: succeeded ? [] : [await whyFailed(failed)] };
}
