import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { chooseStack } from "../check/document.ts";
import { readStackFile, replaceStackFile, stackFilePath, withConfig } from "../stack-file.ts";
import { pauseIn, pauseKey } from "./paused.ts";

interface Options {
  readonly stack?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

/** The host that is under way is finished, and none after it is begun, until `resume`. */
export async function pause({ stack: named, reason, json }: Options): Promise<void> {
  const stack = await chooseStack(named, process.env);
  const why =
    reason?.trim() || `by ${userInfo().username}, ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`;
  await setPause(stack, why);
  if (json) return void process.stdout.write(`${JSON.stringify({ stack, paused: why })}\n`);
  process.stdout.write(
    `The roll of stack ${stack} is paused (${why}): the host under way is finished, none after it is begun.\nIt is in Pulumi.${stack}.yaml; 'estate rollout resume' takes it out.\n`,
  );
}

/** Takes the pause away. */
export async function resume({ stack: named, json }: Options): Promise<void> {
  const stack = await chooseStack(named, process.env);
  const was = await readPause(stack);
  if (was !== undefined) await setPause(stack, undefined);
  if (json) return void process.stdout.write(`${JSON.stringify({ stack, was: was ?? null })}\n`);
  process.stdout.write(
    was === undefined
      ? `The roll of stack ${stack} was not paused.\n`
      : `The roll of stack ${stack} is no longer paused (it was: ${was}); 'estate up' goes on.\n`,
  );
}

/** Why the roll is paused, from the stack file. Nothing if it is not. */
export async function readPause(stack: string, folder = project): Promise<string | undefined> {
  return pauseIn((await readStackFile(stack, folder)).config?.[pauseKey]);
}

/** @throws Trouble when there is no stack file */
export async function setPause(stack: string, why: string | undefined, folder = project): Promise<void> {
  const file = stackFilePath(stack, folder);
  if (!existsSync(file)) throw new Trouble(`there is no ${file}: name the stack with --stack or in PULUMI_STACK`);
  await replaceStackFile(
    stack,
    async (draft) => writeFile(draft, withConfig(await readFile(draft, "utf8"), pauseKey, why)),
    folder,
  );
}
