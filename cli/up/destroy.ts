import { execa } from "execa";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { chooseStack } from "../check/document.ts";
import type { Checkpoint } from "../interrupted.ts";
import { operatorPulumi } from "../operator-pulumi.ts";
import { otherStack } from "../pair.ts";
import { exitCodes } from "../preview/limits.ts";
import { listed } from "../preview/listed.ts";
import type { Pulumi } from "../stack-secrets.ts";
import { backUp, exportState } from "../state/backup.ts";
import { type Kept, type Losses, lossesOf } from "./data.ts";
import { healStack } from "./up.ts";

interface Options {
  readonly stack?: string;
  readonly yes?: boolean;
  /** Whether what is protected goes too. */
  readonly protected?: boolean;
}

/**
 * Says what data goes, runs `pulumi destroy`, and tells the gates that everything is to go: they drain nothing, and no pause or window
 * holds them back. What is protected is refused, before anything is done, unless the operator says that it goes too.
 */
export async function destroy({ stack: named, yes, protected: all = false }: Options): Promise<void> {
  const stack = await chooseStack(named, process.env);
  await healStack(stack, "estate destroy");
  const pulumi = operatorPulumi(project, "estate destroy");
  const state = await exportState(stack, pulumi);
  await refuseStanding(stack, pulumi);
  const losses = lossesOf(JSON.parse(state) as Kept);
  process.stderr.write(toldOf(stack, losses));
  if (losses.protected.length > 0 && !all) {
    process.stderr.write(`estate: ${refusal(losses)}\n`);
    process.exitCode = exitCodes.refused;
    return;
  }
  await backUp(stack, state, "destroy");
  if (losses.protected.length > 0) await pulumi(["state", "unprotect", "--all", "--yes", "--stack", stack]);
  process.exitCode = await run(stack, yes ? ["--yes", "--skip-preview"] : []);
}

/** @throws Trouble when it is the base of servers that stand */
async function refuseStanding(stack: string, pulumi: Pulumi): Promise<void> {
  const { name: servers, has } = (await otherStack(stack)) ?? { name: "", has: undefined };
  if (has !== "servers") return;
  const stacks = JSON.parse(await pulumi(["stack", "ls", "--json"])) as readonly { readonly name: string }[];
  if (!stacks.some(({ name }) => name.split("/").at(-1) === servers)) return;
  const { deployment } = JSON.parse(await exportState(servers, pulumi)) as Checkpoint;
  if ((deployment.resources ?? []).some(({ type }) => type === "openstack:compute/instance:Instance"))
    throw new Trouble(
      `nothing was done: the stack ${servers} has servers on it: 'estate destroy --stack ${servers}' first`,
    );
}

/** What an operator reads before anything is deleted. */
export function toldOf(stack: string, { data }: Losses): string {
  if (data.length === 0) return "";
  const lines = data.map((line) => `  ${line}`);
  return [`This data goes with the stack ${stack}, and nothing brings it back:`, ...lines, ""].join("\n");
}

function refusal({ protected: names }: Losses): string {
  return `nothing was done: what is protected would go (${listed(names)}). Save its data; then add --protected, which takes the protection away and deletes it too.`;
}

async function run(stack: string, flags: readonly string[]): Promise<number> {
  // Ctrl-C reaches pulumi too, which then ends in good order; we wait for that
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  const result = await execa("pulumi", ["destroy", "--stack", stack, ...flags], {
    ...{ cwd: project, reject: false, stdio: "inherit", env: { ESTATE_DESTROY: "1" } },
  });
  process.off("SIGINT", ignore);
  return result.exitCode ?? 1;
}
