import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { wholeStackName } from "../check/document.ts";
import { operatorPulumi } from "../operator-pulumi.ts";
import { otherStack } from "../pair.ts";
import { renderMap } from "./page.ts";
import { readMap } from "./read.ts";
import { joined, readState, type State } from "./state.ts";

interface Options {
  readonly stack?: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** Draws the estate from the state of its stack, or of its two. Nothing is asked but the state, and nothing is changed. */
export async function map({ stack: named, json, output = json ? "-" : "estate-map.html" }: Options): Promise<void> {
  const stack = await wholeStackName(named, process.env);
  const name = stack.split("/").at(-1) ?? stack;
  const own = readState(name, await exported(stack));
  const drawn = readMap(joined([own, ...(await otherState(stack))]));
  const text = json ? `${JSON.stringify(drawn)}\n` : renderMap(drawn);
  if (output === "-") return void process.stdout.write(text);
  await writeFile(output, text).catch((error: Error) => {
    throw new Trouble(`the map cannot be written: ${error.message}`);
  });
  process.stderr.write(`The map of ${drawn.hosts.length} hosts is in ${resolve(output)}\n`);
}

/** That of the other stack, where the estate is two: what it has is drawn as well. */
async function otherState(stack: string): Promise<readonly State[]> {
  const [...before] = stack.split("/");
  const other = await otherStack(before.pop() ?? stack).catch(() => undefined);
  if (!other) return [];
  const whole = [...before, other.name].join("/");
  try {
    return [readState(other.name, await exported(whole))];
  } catch (error) {
    process.stderr.write(`The stack ${whole} is not in the map: ${(error as Error).message}\n`);
    return [];
  }
}

/** Without --show-secrets: what is secret stays encrypted in it. */
async function exported(stack: string): Promise<unknown> {
  const printed = await operatorPulumi(project, "estate map")(["stack", "export", "--stack", stack]);
  try {
    return JSON.parse(printed);
  } catch {
    throw new Trouble(`'pulumi stack export' printed no JSON for the stack ${stack}`);
  }
}
