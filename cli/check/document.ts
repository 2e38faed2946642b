import { readdir } from "node:fs/promises";
import { execa } from "execa";
import { isInside } from "../../local/daemon/launch.ts";
import { place, project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { deriveFacts, type EstateFacts } from "../../stacks/facts.ts";
import { parseEstate } from "../../stacks/parse.ts";
import { otherStack } from "../pair.ts";
import { readStackFile } from "../stack-file.ts";

/**
 * The stack that is meant: the one that is named, else PULUMI_STACK, else the local one where this runs inside of it, else the one
 * that `pulumi stack select` has selected.
 *
 * @throws Trouble when none is
 */
export async function chooseStack(named: string | undefined, environment: NodeJS.ProcessEnv): Promise<string> {
  const stack = await wholeStackName(named, environment);
  // an organisation's stack is org/project/stack, and its file is named by the last
  return stack.split("/").at(-1) ?? stack;
}

/** The same, as it was named: what `pulumi --stack` takes. */
export async function wholeStackName(named: string | undefined, environment: NodeJS.ProcessEnv): Promise<string> {
  const here = place(environment);
  return named || environment.PULUMI_STACK || (isInside(here) ? here.stack : await selectedStack());
}

async function selectedStack(): Promise<string> {
  const asked = await execa("pulumi", ["stack", "--show-name", "--non-interactive"], {
    ...{ cwd: project, reject: false, stdin: "ignore" },
  });
  if (!asked.failed) return asked.stdout.trim();
  const files = (await readdir(project)).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
  const there =
    files.length > 0 ? `there are files of: ${files.sort().join(", ")}` : "there is no Pulumi.<stack>.yaml yet";
  throw new Trouble(`no stack is selected: name it with --stack or in PULUMI_STACK (${there})`);
}

/**
 * The facts of a stack's estate, from its file alone: neither its secrets nor its state are read.
 *
 * @throws Trouble when there is no document, DocumentError with every mistake of it
 */
export async function readFacts(stack: string): Promise<EstateFacts> {
  const name = `Pulumi.${stack}.yaml`;
  const document = await readDocument(stack).catch((error: Error) => {
    throw new Trouble(`${name} cannot be read: ${error.message}`);
  });
  if (document === undefined)
    throw new Trouble(
      `${name} has no estate:estate, the estate document, or is not there; stacks/local.yaml is an example`,
    );
  return deriveFacts(parseEstate(document, `${name} (estate:estate)`));
}

/** The stack whose file has the document, and the secrets that the document asks for: a base has none of its own. */
export async function stackOfDocument(stack: string): Promise<string> {
  const other = await otherStack(stack);
  return other?.has === "servers" ? other.name : stack;
}

/** `pulumi config set` writes it as JSON, an operator as YAML. */
async function readDocument(stack: string): Promise<unknown> {
  const document = (await readStackFile(await stackOfDocument(stack))).config?.["estate:estate"];
  return typeof document === "string" ? JSON.parse(document) : document;
}
