import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { wholeStackName } from "../check/document.ts";
import { operatorPulumi } from "../operator-pulumi.ts";
import { renderMap } from "./page.ts";
import { readMap } from "./read.ts";
import { readState } from "./state.ts";

interface Options {
  readonly stack?: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** Draws the estate from the state of its stack. Nothing is asked but the state, and nothing is changed. */
export async function map({ stack: named, json, output = json ? "-" : "estate-map.html" }: Options): Promise<void> {
  const stack = await wholeStackName(named, process.env);
  const drawn = readMap(readState(stack.split("/").at(-1) ?? stack, await exported(stack)));
  const text = json ? `${JSON.stringify(drawn)}\n` : renderMap(drawn);
  if (output === "-") return void process.stdout.write(text);
  await writeFile(output, text).catch((error: Error) => {
    throw new Trouble(`the map cannot be written: ${error.message}`);
  });
  process.stderr.write(`The map of ${drawn.hosts.length} hosts is in ${resolve(output)}\n`);
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
