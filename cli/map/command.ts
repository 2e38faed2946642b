import type { Command } from "commander";

const help = `
The page needs no network, no script and no other file. It is drawn from the state alone, as 'pulumi stack export' prints it: no cloud
is asked, and no secret is read or shown. So health is what the state tells as of its last change.`;

/** `estate map`. It is loaded when it is used. */
export function addMapCommand(program: Command): void {
  program
    .command("map")
    .description(
      "draw the estate from the stack's state: networks, hosts, addresses, and who may reach whom, in one page",
    )
    .option("--stack <name>", "whose state; else PULUMI_STACK, the local stack if inside it, or the selected one")
    .option("--output <file>", "where to write; - is standard output (default: estate-map.html; with --json: -)")
    .option("--json", "write what is drawn as JSON, for machines")
    .addHelpText("after", help)
    .action(async (options: { stack?: string; output?: string; json?: boolean }) =>
      (await import("./map.ts")).map(options),
    );
}
