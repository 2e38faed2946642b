import { type Command, InvalidArgumentError } from "commander";
import { type Danger, dangers, defaultMaxRemoved } from "./judge.ts";

const help = `
The plan is read from the engine's events: what is replaced or deleted, hosts in the order in which they roll and how long that takes
at most, updates with the paths that change, additions, what the policy pack finds, and what it means for users. It holds no values,
secret or not. Equal events give equal text. Nothing is changed, and no lock is taken. The state is not refreshed: what was changed by
hand in the cloud, 'estate drift' tells. Where the orchestrator does not answer, what is in it is validated by no server, and the plan
says so. Where there is no plan, --markdown and --json say why. All that pulumi says is in .estate/<stack>.preview.log.

Exit codes:
  0  the plan is shown, and nothing speaks against it
  1  the preview did not come to its end, or a mandatory policy forbids it; the reasons are in the text
  4  the plan is refused: more hosts of a pool at once than its rollout.width (width), something protected would go (protected), too much
     would be deleted (removed), data would go that the document does not say may go (data), addresses of hosts that stay (addresses),
     or a host would get another image or flavor where it runs (rebuild); each with its cure. 'estate up' refuses the same`;

export interface PlanOptions {
  readonly maxRemoved?: number;
  readonly accept?: Danger[];
}

/** `estate preview`. It is loaded when it is used. */
export function addPreviewCommand(program: Command): void {
  const command = program
    .command("preview")
    .description("show what an update would do, for people: `pulumi preview` in the order that matters to them")
    .option("--stack <name>", "whose plan; else PULUMI_STACK, the local stack if inside it, or the selected one")
    .option("--json", "print the whole plan as JSON, for machines")
    .option("--markdown <file>", "write it as Markdown too, for a comment: at most 64,000 characters; - prints it")
    .option("--no-policies", "without the policy pack")
    .addHelpText("after", help);
  addPlanOptions(command).action(
    async (options: PlanOptions & { stack?: string; json?: boolean; markdown?: string; policies: boolean }) =>
      (await import("./preview.ts")).preview(options),
  );
}

/** What moves the limits of a plan. */
export function addPlanOptions(command: Command): Command {
  return command
    .option(
      "--max-removed <percent>",
      `refuse to delete more of all resources, or hosts (default: ${defaultMaxRemoved})`,
      percent,
    )
    .option("--accept <danger>", `do not refuse for it: ${dangers.join(", ")}; may be given again`, danger);
}

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError("write percent, from 0 to 100.");
}

function danger(text: string, before: Danger[] = []): Danger[] {
  const known = dangers.find((one) => one === text);
  if (known) return [...before, known];
  throw new InvalidArgumentError(`write one of: ${dangers.join(", ")}.`);
}
