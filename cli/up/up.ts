import { hostname } from "node:os";
import { createInterface } from "node:readline/promises";
import { execa } from "execa";
import { connect } from "../../local/openstack-client/client.ts";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { chooseStack } from "../check/document.ts";
import { findCloud } from "../credentials.ts";
import { estateFile } from "../estate-folder.ts";
import { heal } from "../heal.ts";
import { operatorPulumi } from "../operator-pulumi.ts";
import { markInterrupted, updateAfter } from "../take-over.ts";
import { exitCodes } from "./outcome.ts";
import { plainProgress, terminalProgress } from "./progress.ts";
import { type Rolled, roll } from "./roll.ts";

interface Options {
  readonly stack?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  /** Minutes. */
  readonly budget?: number;
}

/** Puts the stack right if its engine was killed, then runs `pulumi up`, and shows how far it is. */
export async function up({ stack: named, yes, json, budget }: Options): Promise<void> {
  const stack = await chooseStack(named, process.env);
  const mark = await healStack(stack, "estate up");
  if (!yes) await preview(stack);
  const started = Date.now();
  const progress = process.stderr.isTTY ? terminalProgress(process.stderr) : plainProgress(say);
  let rolled: Rolled | undefined;
  await updateAfter(mark, async (environment) => {
    rolled = await roll({ stack, budget, environment, watch: progress.show }).finally(progress.close);
    return rolled.result === "done";
  });
  if (!rolled) return;
  const seconds = Math.round((Date.now() - started) / 1000);
  process.exitCode = exitCodes[rolled.result];
  if (json) process.stdout.write(`${JSON.stringify({ stack, ...rolled, seconds })}\n`);
  else if (rolled.result === "failed") say(`estate: ${rolled.text}`);
  else process.stdout.write(`${rolled.text || `The stack ${stack} is as its document says, after ${seconds} s.`}\n`);
}

/** Gives the file that marks an interruption. @throws Trouble when an update still runs */
export async function healStack(stack: string, command: string): Promise<string> {
  const mark = estateFile(stack, "interrupted");
  const interrupted = await heal({
    ...{
      stack,
      backend: process.env.PULUMI_BACKEND_URL,
      hostname: hostname(),
      whileItRuns: "refuse",
      shared: true,
      say,
    },
    pulumi: operatorPulumi(project, command),
    openstack: async () => connect(await findCloud(process.env)),
  });
  if (interrupted > 0) await markInterrupted(mark);
  return mark;
}

/** Shows what would be done, and asks. @throws Trouble when nobody can be asked, or the answer is not yes */
async function preview(stack: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new Trouble("nobody can be asked here: add --yes to go on without a preview");
  const shown = await execa("pulumi", ["preview", "--stack", stack], {
    ...{ cwd: project, reject: false, stdio: ["inherit", process.stderr, process.stderr] },
  });
  if (shown.failed) throw new Trouble("the preview did not succeed; what it says above is the reason");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("Do this? [yes/no] ").finally(() => terminal.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new Trouble("nothing was done");
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
