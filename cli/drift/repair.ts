import { hostname } from "node:os";
import { Trouble } from "../../local/say.ts";
import { chooseStack } from "../check/document.ts";
import { ask } from "../up/agree.ts";
import { findIn } from "./adopt.ts";
import type { DriftOptions } from "./command.ts";
import type { Finding } from "./finding.ts";
import { repairManaged, together } from "./repair-managed.ts";
import { restartNode } from "./repair-node.ts";
import { removeUnmanaged } from "./repair-unmanaged.ts";
import { cureOf } from "./report.ts";
import { activityOf } from "./updating.ts";

/** A repair, shown before it is made. */
export interface Prepared {
  /** What it would do, for people. */
  readonly text: string;
  /** Does that, and nothing else. Gives what was done, in a sentence. */
  readonly act: () => Promise<string>;
}

/**
 * Shows what takes findings back, asks, and does exactly that, one thing after another.
 *
 * @throws Trouble before anything is done, when one of them cannot be taken back
 */
export async function repair(
  ids: readonly string[],
  options: DriftOptions & { readonly yes?: boolean },
): Promise<void> {
  const { yes = false } = options;
  if (!yes && !(process.stdin.isTTY && process.stderr.isTTY))
    throw new Trouble("nobody can be asked here: add --yes to go on without being asked");
  const stack = await chooseStack(options.stack, process.env);
  const findings = [...new Set(ids)].map((id) => findIn(stack, id, options));
  const { updating } = await activityOf(stack, process.env, hostname());
  if (updating)
    throw new Trouble(
      `an update of ${stack} runs since ${updating.since} (${updating.who}): look again with 'estate drift' when it has ended`,
    );
  const prepared = await prepare(stack, findings);
  for (const { text } of prepared) process.stderr.write(`${text.trimEnd()}\n`);
  if (!yes) await ask();
  for (const { act } of prepared) process.stdout.write(`${await act()}\n`);
}

/** One after another: each asks the same state. */
async function prepare(stack: string, findings: readonly Finding[]): Promise<Prepared[]> {
  const interrupted = findings.find(({ answer }) => answer === "interrupted");
  if (interrupted)
    throw new Trouble(`${interrupted.name}: ${interrupted.meaning}. Do this: ${cureOf(interrupted, [])}`);
  const prepared: Prepared[] = [];
  for (const finding of findings.filter(({ answer }) => answer === "unmanaged"))
    prepared.push(await removeUnmanaged(stack, finding));
  const managed = findings.filter(({ answer }) => answer !== "unmanaged");
  for (const finding of managed.filter(({ place }) => place)) prepared.push(await restartNode(stack, finding));
  for (const group of together(managed.filter(({ place }) => !place))) prepared.push(await repairManaged(stack, group));
  return prepared;
}
