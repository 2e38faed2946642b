import { createInterface } from "node:readline/promises";
import { Trouble } from "../../local/say.ts";

/** @throws Trouble when the answer is not yes, or nobody can be asked */
export async function confirm(question: string): Promise<void> {
  if (!(process.stdin.isTTY && process.stderr.isTTY))
    throw new Trouble("nobody can be asked here, so nothing was done: add --yes to go on without being asked");
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asked.question(`${question} [yes/no] `).finally(() => asked.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new Trouble("nothing was done");
}
