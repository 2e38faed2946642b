import { hostname } from "node:os";
import { downEnvironment } from "../../components/downHosts.ts";
import { connect } from "../../local/openstack-client/client.ts";
import { project } from "../../local/place.ts";
import { chooseStack } from "../check/document.ts";
import { findCloud } from "../credentials.ts";
import { estateFile } from "../estate-folder.ts";
import { heal } from "../heal.ts";
import { operatorPulumi } from "../operator-pulumi.ts";
import type { PlanOptions } from "../preview/command.ts";
import { limitsIn, exitCodes as planCodes } from "../preview/limits.ts";
import { backendOf } from "../state/backend.ts";
import { backUp, exportState } from "../state/backup.ts";
import { ensureFree } from "../state/unlock.ts";
import { markInterrupted, updateAfter } from "../take-over.ts";
import { agree, refusedText } from "./agree.ts";
import { hostsDown } from "./down.ts";
import { whyIdle } from "./go-on.ts";
import { exitCodes } from "./outcome.ts";
import { plainProgress, terminalProgress } from "./progress.ts";
import { reopenHosts } from "./reopen.ts";
import { type Rolled, roll } from "./roll.ts";

interface Options extends PlanOptions {
  readonly stack?: string;
  readonly yes?: boolean;
  /** Whether it only goes on with what was held back. */
  readonly continue?: boolean;
  readonly json?: boolean;
  /** Minutes. */
  readonly budget?: number;
  /** Whether the policy pack judges the plan and the update. */
  readonly policies: boolean;
}

/** Puts the stack right if its engine was killed, looks at the plan, then runs `pulumi up`, and shows how far it is. */
export async function up({ stack: named, yes, json, budget, policies, ...options }: Options): Promise<void> {
  const { continue: goOn = false, ...limits } = options;
  const stack = await chooseStack(named, process.env);
  const idle = goOn ? await whyIdle(stack) : undefined;
  if (idle) {
    process.exitCode = idle.exitCode;
    const result = idle.exitCode === exitCodes.held ? "held" : "nothing";
    return void process.stdout.write(
      json ? `${JSON.stringify({ stack, result, text: idle.text })}\n` : `${idle.text}\n`,
    );
  }
  const mark = await healStack(stack, "estate up");
  const refusals = await agree(stack, { ...limitsIn(limits), policies, ...(yes ? { yes } : {}) });
  if (refusals.length > 0) {
    process.exitCode = planCodes.refused;
    if (json) return void process.stdout.write(`${JSON.stringify({ stack, result: "refused", refusals })}\n`);
    return say(`estate: ${refusedText(stack, refusals)}`);
  }
  await backUp(stack, await exportState(stack, operatorPulumi(project, "estate up")), "up");
  const down = await hostsDown(stack);
  for (const { host, why } of down)
    say(`${host} is out of service (${why}): if it is to be replaced, its pool begins with it`);
  const first = downEnvironment(down.map(({ host }) => host));
  const started = Date.now();
  const progress = process.stderr.isTTY ? terminalProgress(process.stderr) : plainProgress(say);
  let rolled: Rolled | undefined;
  await updateAfter(mark, async (environment) => {
    rolled = await roll({
      ...{ stack, budget, policies, environment: { ...environment, ...first }, watch: progress.show },
    }).finally(progress.close);
    return rolled.result === "done";
  });
  if (!rolled) return;
  if (rolled.result === "done") await reopen(stack);
  const seconds = Math.round((Date.now() - started) / 1000);
  process.exitCode = exitCodes[rolled.result];
  if (json) process.stdout.write(`${JSON.stringify({ stack, ...rolled, seconds })}\n`);
  else if (rolled.result === "failed") say(`estate: ${rolled.text}`);
  else process.stdout.write(`${rolled.text || `The stack ${stack} is as its document says, after ${seconds} s.`}\n`);
}

/** What is left cordoned by an update that was broken off. */
async function reopen(stack: string): Promise<void> {
  const opened = await reopenHosts(stack).catch((error: Error) => {
    say(`whether a drain that was broken off left a host cordoned is not known: ${error.message}`);
    return [];
  });
  for (const host of opened) say(`${host} was left cordoned by a drain that was broken off: it takes pods again`);
}

/** Gives the file that marks an interruption. @throws Trouble when an update still runs */
export async function healStack(stack: string, command: string): Promise<string> {
  const mark = estateFile(stack, "interrupted");
  const pulumi = operatorPulumi(project, command);
  const of = { stack, pulumi, hostname: hostname() };
  const interrupted = await heal({
    ...{ ...of, backend: process.env.PULUMI_BACKEND_URL, whileItRuns: "refuse", shared: true, say },
    ensureFree: async () => ensureFree({ ...of, backend: await backendOf(pulumi, process.env) }),
    keep: async (state) => backUp(stack, state, "recover"),
    openstack: async () => connect(await findCloud(process.env)),
  });
  if (interrupted > 0) await markInterrupted(mark);
  return mark;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
