import { chmod, readFile, writeFile } from "node:fs/promises";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { authorities, authorityKeyNames } from "../../stacks/secrets.ts";
import { readStackFile, replaceStackFile, type StackFile, withConfig } from "../stack-file.ts";
import type { Stack } from "../stack-secrets.ts";
import { questions } from "./questions.ts";

/** Two stacks that are to be one estate, and their files. */
export interface Pair {
  readonly stack: string;
  readonly base: string;
  readonly own: StackFile;
  readonly ofBase: StackFile;
}

/** Why one stack cannot be the base of the other; nothing where it can. Keys that stand somewhere are never made anew. */
export function wrongPair({ stack, base, own, ofBase }: Pair): string | undefined {
  const [question] = questions;
  const has = (file: StackFile, name: string) => file.config?.[`estate:${name}`] !== undefined;
  const [named, of] = [own.config?.["estate:base"], ofBase.config?.["estate:baseOf"]];
  const missing = authorityKeyNames.filter((name) => !has(ofBase, name));
  const certified = Object.keys(authorities).some((name) => has(own, `${name}CaCert`));
  if (base === stack) return "--base: name another stack, which has the base alone";
  if (question?.form?.test(base) === false) return `--base ${base}: ${question.cure}`;
  if (authorityKeyNames.some((name) => has(own, name)))
    return `the stack ${stack} has the authorities' keys itself: an estate that is one stack stays one. Leave out --base, or choose a new stack`;
  if (named !== undefined && named !== base)
    return `Pulumi.${stack}.yaml names ${named} as its base, which it cannot change: leave out --base`;
  if (has(ofBase, "estate")) return `--base ${base}: that is the stack of an estate; name a new one`;
  if (of !== undefined && of !== stack) return `--base ${base}: that is the base of ${of}; name a new one`;
  if (certified && missing.length > 0)
    return `Pulumi.${base}.yaml is not here, or lacks ${missing.join(", ")}: get the file that belongs to Pulumi.${stack}.yaml. New keys would be those of another orchestrator`;
  return undefined;
}

/** The stack of the base, with a file that says whose base it is. @throws Trouble when it cannot be that, and nothing was written */
export async function makeBase(base: Stack, { name, folder }: Pick<Stack, "name" | "folder">): Promise<void> {
  const [own, ofBase] = [await readStackFile(name, folder), await readStackFile(base.name, base.folder)];
  const wrong = wrongPair({ stack: name, base: base.name, own, ofBase });
  if (wrong !== undefined) throw new Trouble(wrong);
  await base.pulumi(["stack", "select", "--create", base.name]);
  if (ofBase.config?.["estate:baseOf"] === name) return;
  const write = async (draft: string) => {
    const text = await readFile(draft, "utf8").catch(() => "");
    await writeFile(draft, withConfig(text, "estate:baseOf", name));
    await chmod(draft, 0o600);
  };
  await replaceStackFile(base.name, write, base.folder ?? project);
}
