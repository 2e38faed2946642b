import { type Command, InvalidArgumentError } from "commander";
import { defaultKeep } from "./backups.ts";

const stack = "whose state; else PULUMI_STACK, the local stack if inside it, or the selected one";
const json = "print JSON, for machines";

const unlockHelp = `
Whether the engine that holds a lock still runs can be told of this machine alone. Where the state is in an object store or a database,
the lock is asked for and given back at once: only so does pulumi say whose it is.

Exit codes:
  0   it is not locked, or was locked by an engine that is gone, and is free now
  1   it cannot be told
  3   the engine that holds it runs; the text says how to end it
  4   another machine holds it; the text says where to look. --force frees it`;

const backupHelp = `
'estate up', 'estate destroy' and 'estate drift repair' do this by themselves, a plain 'pulumi up' does not. Backups are in
.estate/backups/<stack> of this clone, or in a folder of that name where ESTATE_BACKUPS says, readable by their owner alone, secrets
encrypted as in the state. ESTATE_BACKUPS_KEEP says how many are kept (default: ${defaultKeep}). A state that is empty, or that the last
backup holds, is not kept again.`;

const restoreHelp = `
The cloud is not touched: what was made since the backup stays there, and is then managed by nobody. What was there is backed up first.

Exit codes:
  0   it is in place
  1   it is not: there is no such backup, it is another stack's, the state is locked, or nobody agreed`;

const recoverHelp = `
Of what an engine that was killed had begun: servers that run are taken into the state, what can only be this stack's is removed, what
may be another's is left alone, and the operations are taken out of the state, which is backed up first. 'estate up' does the same.

Exit codes:
  0   there is nothing to put right, or it is done
  1   it failed, or nobody agreed
  2   there is something to put right, and --dry-run was given
  3   an engine holds the lock that runs, or may run: what it is at is not interrupted`;

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
}

/** `estate state ...`. Each is loaded when it is used. */
export function addStateCommands(state: Command): void {
  const add = (name: string, description: string) =>
    state.command(name).description(description).option("--stack <name>", stack).option("--json", json);
  add("unlock", "show who holds the lock of the state, since when, and free it where its engine is gone")
    .option("--force", "free the lock of another machine too, where you have looked")
    .addHelpText("after", unlockHelp)
    .action(async (options: Options & { force?: boolean }) => (await import("./unlock.ts")).unlock(options));
  add("backup", "keep the state as it is now")
    .option("--keep <number>", "keep so many backups, and forget older ones", whole)
    .addHelpText("after", backupHelp)
    .action(async (options: Options & { keep?: number }) => (await import("./backup.ts")).backup(options));
  add("backups", "list the backups of the state, the newest first").action(async (options: Options) =>
    (await import("./backup.ts")).backups(options),
  );
  add("restore", "put a backup in the place of the state, after showing what changes")
    .argument("<backup>", "its name, or latest")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", restoreHelp)
    .action(async (which: string, options: Options & { yes?: boolean }) =>
      (await import("./restore.ts")).restore(which, options),
    );
  add("recover", "put right what an engine that was killed left behind, after showing it")
    .option("--dry-run", "only show it")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", recoverHelp)
    .action(async (options: Options & { yes?: boolean; dryRun?: boolean }) =>
      (await import("./recover.ts")).recover(options),
    );
}

function whole(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("write how many, 1 or more.");
}
