import { type Command, InvalidArgumentError } from "commander";
import { addPlanOptions, type PlanOptions } from "../preview/command.ts";

const stack = "whose estate; else PULUMI_STACK, the local stack if inside it, or the selected one";

const help = `
It first puts right what a killed engine left: it shows and frees the lock of a process that is gone ('estate state unlock' says whose
a lock is), and takes in or removes what was made and not written down. The state is backed up before that, and before the update
('estate state backups'; a plain 'pulumi up' does not).
Hosts are then replaced one after another; 'estate rollout status' shows the same from another terminal. A host is only begun when
no pause, no window of its role and no time budget forbids it; the one under way is always finished.
Before all that it looks at the plan, with --yes too, and refuses what 'estate preview' refuses, and what a mandatory rule of
the policy pack forbids.
--continue is for a timer: it goes on with a roll that a pause, a window or a budget held back, and begins nothing: the journal
(ESTATE_JOURNAL) must say that the last roll was held back, and what is checked out must be, unchanged, the commit which that was of.
Else it does nothing, and ends with 0; with 75 where none of those hosts may be begun yet.
All that pulumi says is in .estate/<stack>.update.log. Ctrl-C ends it in good order.

Exit codes:
  0   everything is as the document says; with --continue, or nothing was to be gone on with
  1   something failed; after the cure, the same command goes on from there
  4   the plan is refused, and nothing was done; the message has the cure, and the --accept that overrides it
  75  hosts are left that may not be begun now; the same command goes on later, for example from a timer`;

const destroyHelp = `
It names what holds data, such as volumes with recordings, before it begins: that goes too, volumes that removal.volumes keeps among it.

Exit codes:
  0  nothing is left
  4  something is protected, and nothing was done; the message names it
  else as 'pulumi destroy' ends`;

/** `estate up` and `estate destroy`. Each is loaded when it is used. */
export function addUpCommands(program: Command): void {
  const up = program
    .command("up")
    .description("make the estate as its document says: `pulumi up`, with the progress of each host")
    .option("--stack <name>", stack)
    .option("-y, --yes", "do not show the plan, and do not ask")
    .option("--budget <minutes>", "begin no further host after so many minutes", minutes)
    .option("--continue", "only go on with a roll of this commit that was held back, for a timer; else do nothing")
    .option("--json", "print JSON at the end, for machines")
    .option("--no-policies", "without the policy pack, which otherwise judges the plan and the update")
    .addHelpText("after", help);
  addPlanOptions(up).action(
    async (
      options: PlanOptions & {
        stack?: string;
        yes?: boolean;
        continue?: boolean;
        json?: boolean;
        budget?: number;
        policies: boolean;
      },
    ) => (await import("./up.ts")).up(options),
  );
  program
    .command("destroy")
    .description("delete the estate, its hosts undrained: `pulumi destroy`; neither a pause nor a window holds it back")
    .option("--stack <name>", stack)
    .option("-y, --yes", "do not show a preview, and do not ask; what data goes is told all the same")
    .option("--protected", "take the protection away from what is protected, and delete it too")
    .addHelpText("after", destroyHelp)
    .action(async (options: { stack?: string; yes?: boolean; protected?: boolean }) =>
      (await import("./destroy.ts")).destroy(options),
    );
}

function minutes(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0) return value;
  throw new InvalidArgumentError("write minutes, such as 90.");
}
