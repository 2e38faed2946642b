import type { Command } from "commander";

const help = `
The credentials are those that pulumi takes: OS_CLOUD and clouds.yaml, or OS_AUTH_URL and the other OS_ variables. No right of an
administrator is needed; what the cloud does not say to a project is shown as unknown. Secrets of the stack are not read;
passwords of registries must be there, encrypted.

Exit codes:
  0  nothing is missing, as far as the cloud says; what would be better is told, and no error
  1  something is missing, and is named with its cure; or the cloud cannot be asked, or the document has mistakes`;

/** `estate check`. It is loaded when it is used. */
export function addCheckCommand(program: Command): void {
  program
    .command("check")
    .description("ask the cloud, before anything is made, whether it has what the estate document needs")
    .option("--stack <name>", "whose document; else PULUMI_STACK, the local stack if inside it, or the selected one")
    .option("--json", "print JSON, for machines")
    .addHelpText("after", help)
    .action(async (options: { stack?: string; json?: boolean }) => (await import("./check.ts")).check(options));
}
