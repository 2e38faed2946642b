import { readFile } from "node:fs/promises";
import { Trouble } from "../../local/say.ts";
import { chooseStack } from "../check/document.ts";
import type { Checkpoint } from "../interrupted.ts";
import type { Pulumi } from "../stack-secrets.ts";
import { confirm } from "./ask.ts";
import { statePulumi } from "./backend.ts";
import { backUp, exportState } from "./backup.ts";
import { type Backup, listBackups, type Shelf, shelfOf } from "./backups.ts";
import { type Difference, differenceOf, differenceText, isNone } from "./difference.ts";

interface Options {
  readonly stack?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What a restoration needs. */
export interface Restoration {
  readonly stack: string;
  readonly pulumi: Pulumi;
  readonly shelf: Shelf;
  /** The name of a backup, or `latest`. */
  readonly which: string;
  /** Shown what changes; throws where nobody agrees. */
  readonly agree: (difference: Difference, backup: Backup) => Promise<void>;
}

export interface Restored {
  readonly backup: Backup;
  readonly difference: Difference;
  /** What was there before, if anything was. */
  readonly before?: Backup;
}

/** `estate state restore` */
export async function restore(which: string, { stack: named, yes, json }: Options): Promise<void> {
  const stack = await chooseStack(named, process.env);
  const agree = async (difference: Difference, backup: Backup) => {
    process.stderr.write(`The state of stack ${stack}, as it was in ${backup.name}:\n${differenceText(difference)}\n`);
    if (!yes) await confirm("Put this state in the place of the one that is there?");
  };
  const restored = await restoreState({
    stack,
    which,
    agree,
    pulumi: statePulumi("restore"),
    shelf: shelfOf(stack, process.env),
  });
  if (json) return void process.stdout.write(`${JSON.stringify({ stack, ...restored })}\n`);
  const { backup, difference, before } = restored;
  const next = `Look at 'estate preview' and 'pulumi refresh --preview-only' before the next update.${before ? ` What was there is kept as ${before.name}.` : ""}`;
  const line = isNone(difference)
    ? `The state is that of ${backup.name} already.`
    : `The state of ${backup.name} is in place. ${next}`;
  process.stdout.write(`${line}\n`);
}

/**
 * Puts a kept state in the place of the stack's, and keeps that one. The engine locks the state for it, so no update runs meanwhile. The
 * cloud is not touched.
 *
 * @throws Trouble when there is no such backup, it is another stack's, nobody agrees, or the stack is locked
 */
export async function restoreState({ stack, pulumi, shelf, which, agree }: Restoration): Promise<Restored> {
  const backup = await findBackup(shelf, which);
  const text = await readFile(backup.file, "utf8");
  const then = parse(text, backup, stack);
  const exported = async () => JSON.parse(await exportState(stack, pulumi)) as Checkpoint;
  const difference = differenceOf(await exported(), then);
  if (isNone(difference)) return { backup, difference };
  await agree(difference, backup);
  const before = await backUp(stack, await exportState(stack, pulumi), "restore", {
    ...shelf,
    keep: Math.max(shelf.keep, 2),
  });
  await pulumi(["stack", "import", "--stack", stack], text);
  if (!isNone(differenceOf(await exported(), then)))
    throw new Trouble(
      `the state of stack ${stack} is not what ${backup.file} holds after the import: look who else changes it`,
    );
  return { backup, difference, ...(before ? { before } : {}) };
}

async function findBackup(shelf: Shelf, which: string): Promise<Backup> {
  const all = await listBackups(shelf);
  const found = which === "latest" ? all[0] : all.find(({ name }) => name === which);
  if (found) return found;
  throw new Trouble(
    `there is no backup '${which}' in ${shelf.folder}: 'estate state backups' lists those that are there (${all.length})`,
  );
}

/** @throws Trouble when it is no state, or another stack's */
function parse(text: string, { file }: Backup, stack: string): Checkpoint {
  const refuse = (why: string) => new Trouble(`${file} ${why}: it is not restored`);
  let state: Checkpoint;
  try {
    state = JSON.parse(text) as Checkpoint;
  } catch {
    throw refuse("is no JSON, perhaps cut off");
  }
  if (!Array.isArray(state?.deployment?.resources)) throw refuse("holds no state");
  const others = state.deployment.resources.filter(({ urn }) => !urn.startsWith(`urn:pulumi:${stack}::`));
  if (others.length > 0) throw refuse(`is of another stack than ${stack} (${others[0]?.urn})`);
  return state;
}
