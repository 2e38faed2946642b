import { hostname } from "node:os";
import { Trouble } from "../../local/say.ts";
import { chooseStack } from "../check/document.ts";
import { ask } from "../up/agree.ts";
import { findIn } from "./adopt.ts";
import type { DriftOptions } from "./command.ts";
import type { Finding } from "./finding.ts";
import { repairManaged } from "./repair-managed.ts";
import { restartNode } from "./repair-node.ts";
import { removeUnmanaged } from "./repair-unmanaged.ts";
import { activityOf } from "./updating.ts";

/** A repair, shown before it is made. */
export interface Prepared {
  /** What it would do, for people. */
  readonly text: string;
  /** Does that, and nothing else. Gives what was done, in a sentence. */
  readonly act: () => Promise<string>;
}

/** Shows what takes a finding back, asks, and does exactly that. */
export async function repair(id: string, options: DriftOptions & { readonly yes?: boolean }): Promise<void> {
  const { yes = false } = options;
  if (!yes && !(process.stdin.isTTY && process.stderr.isTTY))
    throw new Trouble("nobody can be asked here: add --yes to go on without being asked");
  const stack = await chooseStack(options.stack, process.env);
  const finding = findIn(stack, id, options);
  const { updating } = await activityOf(stack, process.env, hostname());
  if (updating)
    throw new Trouble(
      `an update of ${stack} runs since ${updating.since} (${updating.who}): look again with 'estate drift' when it has ended`,
    );
  const { text, act } = await prepare(stack, finding);
  process.stderr.write(`${text.trimEnd()}\n`);
  if (!yes) await ask();
  process.stdout.write(`${await act()}\n`);
}

async function prepare(stack: string, finding: Finding): Promise<Prepared> {
  if (finding.answer === "interrupted")
    throw new Trouble(`${finding.name}: ${finding.meaning}. 'estate up' takes it in or removes it, and goes on`);
  if (finding.answer === "unmanaged") return removeUnmanaged(stack, finding);
  return finding.place ? restartNode(stack, finding) : repairManaged(stack, finding);
}
