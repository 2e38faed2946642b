import type { Command } from "commander";
import type { Flags } from "./flags.ts";
import { questions } from "./questions.ts";

/** `estate init`. What it does is loaded when it is used: starting must be quick. */
export function addInitCommand(program: Command): void {
  const command = program
    .command("init")
    .description(
      "describe an estate on a real cloud: its stack file, with its SSH key and all other secrets, encrypted",
    );
  for (const { key, flag, value, several, text, fallback } of questions) {
    if (key.startsWith("flavor.")) continue;
    const usual = fallback?.(undefined);
    command.option(`${flag} <${value}${several ? "..." : ""}>`, usual ? `${text} (default: ${usual})` : text);
  }
  command
    .option("--flavor <ROLE=FLAVOR...>", "flavor of the hosts of a role: orchestrator, bbb, worker")
    .option("--key <FILE>", "SSH private key to take (default: infrastructure/key if it is there, else one is made)")
    .option(
      "--base <NAME>",
      "stack that has the estate's base, and the authorities' keys with a passphrase of its own (default: none)",
    )
    .option("-y, --yes", "do not ask: take the default of what no flag says")
    .option("--json", "print JSON, for machines")
    .action(async (flags: Flags) => (await import("./init.ts")).init(flags));
}
