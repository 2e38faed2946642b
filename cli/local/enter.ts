import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa, type Options } from "execa";
import { enterArguments, isInside, runningDaemon } from "../../local/daemon/launch.ts";
import { ownEnvironment } from "../../local/own-environment.ts";
import { type Place, place } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";

/** Runs a command inside the stack, on this terminal; the exit code becomes ours. */
export async function enter(command: readonly string[]): Promise<void> {
  const result = await inside(place(), command, { stdio: "inherit" });
  process.exitCode = result.exitCode ?? 1;
}

/** Runs a command inside the stack, with the environment for it. A failure is not thrown: look at `failed` or `exitCode`. */
export async function inside(here: Place, command: readonly string[], options: Options = {}) {
  const [program = "", ...rest] = command;
  if (isInside(here)) return execa(program, rest, { ...options, reject: false });
  const daemon = await runningDaemon(here);
  if (!daemon) throw new Trouble("the local stack is not running; 'estate local up' starts it");
  const directory = typeof options.cwd === "string" ? options.cwd : process.cwd();
  const environment = await environmentOf(here);
  return execa("nsenter", [...enterArguments(daemon, directory), ...command], {
    ...options,
    reject: false,
    extendEnv: false,
    env: { ...environment, ...options.env },
  });
}

async function environmentOf(here: Place): Promise<NodeJS.ProcessEnv> {
  const text = await readFile(join(here.data, "environment.json"), "utf8").catch(() => {
    throw new Trouble("the local stack was never started completely; 'estate local up' does it");
  });
  const environment = JSON.parse(text) as Record<string, string>;
  const own = ownEnvironment();
  return { ...own, ...environment, PATH: `${environment.PATH}:${own.PATH}` };
}
