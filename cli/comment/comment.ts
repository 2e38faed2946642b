import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Trouble } from "../../local/say.ts";
import { chooseStack } from "../check/document.ts";
import { report } from "../report.ts";
import { Api } from "./api.ts";
import { Later, withCure } from "./error.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { putComment } from "./put.ts";
import { type Named, targetOf } from "./target.ts";

interface Options extends Named {
  readonly stack?: string;
  /** Seconds. */
  readonly wait: number;
  readonly json?: boolean;
}

/** As `--help` says them. */
export const exitCodes = { put: 0, failed: 1, later: 75 } as const;

/** Makes the one comment of a stack on a request say what is in a file. */
export async function comment(file: string, { stack: named, wait, json, ...to }: Options): Promise<void> {
  const { forge: name, url, project, request, headers } = targetOf(to, process.env);
  const stack = await chooseStack(named, process.env);
  const markdown = await read(file);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const api = new Api({ url, headers, say, patience: wait });
  const forge = { github, gitlab }[name](api, project, request);
  try {
    const put = await putComment(forge, api, stack, markdown);
    process.exitCode = exitCodes.put;
    if (json) return void process.stdout.write(`${JSON.stringify({ stack, forge: name, project, request, ...put })}\n`);
    process.stdout.write(`The comment of stack ${stack} on request ${request} of ${project} is ${put.result}.\n`);
  } catch (error) {
    report(withCure(error), json === true);
    if (error instanceof Later) process.exitCode = exitCodes.later;
  }
}

async function read(file: string): Promise<string> {
  const found = await (file === "-" ? text(process.stdin) : readFile(file, "utf8")).catch((error: Error) => {
    throw new Trouble(`the text of the comment cannot be read: ${error.message}`);
  });
  if (found.trim() === "") throw new Trouble(`there is no text in ${file}: 'estate preview --markdown FILE' writes it`);
  return found;
}
