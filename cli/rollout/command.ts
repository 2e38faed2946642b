import type { Command } from "commander";

const stack = "whose roll; else PULUMI_STACK, the local stack if inside it, or the selected one";
const json = "print JSON, for machines";

const help = `
It reads the journal that gates and 'estate up' keep: .estate/<stack>.journal.jsonl, or where ESTATE_JOURNAL says. So it knows the
updates that were run from here. Health is what the journal tells, in one of: up, degraded, draining, down, unknown.

Exit codes:
  0   nothing is wrong: the last roll is done, or there was none
  1   the last roll failed, or ended without a word; or the journal cannot be read
  3   a roll runs
  75  the last roll was held back by a pause, a window or a time budget, and goes on with a later 'estate up'`;

const held = `
It is the key estate:paused of Pulumi.<stack>.yaml, so that it is seen in a diff, and wherever that file is. The gate of each host
reads it when it is its turn. First creation, new hosts and 'estate destroy' are not held back.`;

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
}

/** `estate rollout ...`. Each is loaded when it is used. */
export function addRolloutCommands(rollout: Command): void {
  rollout
    .command("status")
    .description("show the last roll, or the one that runs: which host is at which step, waiting for what, since when")
    .option("--stack <name>", stack)
    .option("-f, --follow", "go on until it has ended")
    .option("--json", json)
    .addHelpText("after", help)
    .action(async (options: Options & { follow?: boolean }) => (await import("./status.ts")).status(options));
  rollout
    .command("pause")
    .description("finish the host that is under way, and begin none after it, until resume")
    .option("--stack <name>", stack)
    .option("--reason <text>", "why, for whoever sees it (default: who paused it, and when)")
    .option("--json", json)
    .addHelpText("after", held)
    .action(async (options: Options & { reason?: string }) => (await import("./pause.ts")).pause(options));
  rollout
    .command("resume")
    .description("take the pause away; the next 'estate up' goes on")
    .option("--stack <name>", stack)
    .option("--json", json)
    .action(async (options: Options) => (await import("./pause.ts")).resume(options));
}
