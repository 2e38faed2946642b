import { project } from "../../../local/place.ts";
import { Trouble } from "../../../local/say.ts";
import { isPinned } from "../../../stacks/schema/primitives.ts";
import { chooseStack } from "../../check/document.ts";
import { renderCronJob } from "./cron-job.ts";
import { renderGithub, renderGitlab } from "./pipelines.ts";
import { renderSystemd } from "./systemd.ts";
import { targets } from "./targets.ts";

/** Prints what runs the check hourly. Nothing is installed. */
export async function schedule(
  where: string,
  options: { readonly stack?: string; readonly image?: string },
): Promise<void> {
  const target = targets.find((one) => one === where);
  if (!target) throw new Trouble(`there is no schedule for ${where}; write one of: ${targets.join(", ")}`);
  const stack = await chooseStack(options.stack, process.env);
  const { image = "" } = options;
  if (target === "kubernetes" && !isPinned(image))
    throw new Trouble("name the image of the CronJob by its digest: --image registry/name@sha256:...");
  const texts = {
    systemd: () => renderSystemd(stack, project),
    github: () => renderGithub(stack),
    gitlab: () => renderGitlab(stack),
    kubernetes: () => renderCronJob(stack, image),
  };
  process.stdout.write(texts[target]());
}
