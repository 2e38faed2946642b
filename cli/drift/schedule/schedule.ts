import { project } from "../../../local/place.ts";
import { Trouble } from "../../../local/say.ts";
import { isPinned } from "../../../stacks/schema/primitives.ts";
import { chooseStack, readFacts } from "../../check/document.ts";
import { operatorPulumi } from "../../operator-pulumi.ts";
import { backendOf } from "../../state/backend.ts";
import { resolveHere } from "../addresses.ts";
import { backendTroubles, readHeld } from "../ground.ts";
import { renderCronJob } from "./cron-job.ts";
import { historyPlace } from "./history-place.ts";
import { peersOf } from "./peers.ts";
import { renderGithub, renderGitlab } from "./pipelines.ts";
import { reachOf, reachRefusal } from "./reach.ts";
import { renderSystemd } from "./systemd.ts";
import { targets } from "./targets.ts";

/** Prints what runs the check hourly. Nothing is installed. */
export async function schedule(
  where: string,
  options: { readonly stack?: string; readonly image?: string; readonly volume: string },
): Promise<void> {
  const target = targets.find((one) => one === where);
  if (!target) throw new Trouble(`there is no schedule for ${where}; write one of: ${targets.join(", ")}`);
  const stack = await chooseStack(options.stack, process.env);
  const { image = "", volume } = options;
  const texts = {
    systemd: () => renderSystemd(stack, project),
    github: () => renderGithub(stack),
    gitlab: () => renderGitlab(stack),
    kubernetes: async () => forOrchestrator(stack, image, volume),
  };
  process.stdout.write(await texts[target]());
}

/** @throws Trouble where the check could not run there, or should not: with what to do instead */
async function forOrchestrator(stack: string, image: string, volume: string): Promise<string> {
  if (!isPinned(image))
    throw new Trouble("name the image of the CronJob by its digest: --image registry/name@sha256:...");
  const facts = await readFacts(stack);
  const history = historyPlace(facts, volume);
  const backend = await backendOf(operatorPulumi(project, "estate drift schedule"), process.env);
  if (backend.startsWith("file:"))
    throw new Trouble(
      "the state is in a folder of this machine, which no pod has: cli/state/README.md says where else it can be",
    );
  const [inside] = await backendTroubles(stack, await readHeld(stack));
  if (inside) throw new Trouble(inside);
  const known = await peersOf({ facts, environment: process.env, backend, image });
  const reach = await reachOf(facts, history.host, known, resolveHere);
  const refusal = reachRefusal(reach);
  if (refusal) throw new Trouble(refusal);
  return renderCronJob({ stack, image, history, reach });
}
