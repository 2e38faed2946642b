import { existsSync } from "node:fs";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import type { DocumentSecret } from "../../stacks/documentSecrets.ts";
import { readStackFile, stackFilePath, withConfig } from "../stack-file.ts";
import { completeSecrets, readSecrets, type Stack } from "../stack-secrets.ts";
import { makeBase } from "./base.ts";
import { checkSameKey, type SshKey } from "./ssh-key.ts";

/** The estate document of a stack. */
export interface StackDocument {
  readonly content: unknown;
  /** Whether it must be put into the stack file; else it is from there. */
  readonly isNew: boolean;
}

interface Contents {
  readonly document: StackDocument;
  /** The SSH key to take. @default one is made */
  readonly key: SshKey | undefined;
  /** The secrets that the document asks for. */
  readonly asked: readonly DocumentSecret[];
  /** The stack that has the base. @default none: all is in one stack */
  readonly base?: Stack | undefined;
}

/**
 * Writes document and secrets in one step. What was there before is there again when something fails; a base that was made stays, and is
 * taken by the next run.
 */
export async function store(stack: Stack, { document, key, asked, base }: Contents) {
  const file = stackFilePath(stack.name, stack.folder ?? project);
  const existed = existsSync(file);
  const change = async (draft: string) => {
    const text = await readFile(draft, "utf8").catch(() => "");
    const named = base ? withConfig(text, "estate:base", base.name) : text;
    await writeFile(draft, document.isNew ? withConfig(named, "estate:estate", document.content) : named);
    if (!existed) await chmod(draft, 0o600);
  };
  const config = (await readStackFile(stack.name, stack.folder)).config ?? {};
  const known = base && config["estate:base"] === base.name;
  try {
    if (base) await makeBase(base, stack);
    await stack.pulumi(["stack", "select", "--create", stack.name]);
    if (document.isNew || (base && config["estate:clientCaCert"] === undefined)) await refuseDeployed(stack);
    checkSameKey(stack.name, (await readSecrets(stack)).sshKey, key);
    const given = key ? { sshKey: key.privateKey } : {};
    const { made, kept, lacking } = await completeSecrets(stack, {
      ...{ given, asked, base },
      ...(document.isNew || (base && !known) ? { change } : {}),
    });
    return { made, kept, lacking };
  } catch (error) {
    // a new stack gets a stack file at once, with nothing but the check of its passphrase in it
    if (!existed) await rm(file, { force: true });
    throw error;
  }
}

/** New secrets for an estate that exists would replace every host, and lock its operators out. */
async function refuseDeployed({ name, pulumi }: Stack): Promise<void> {
  const state = JSON.parse(await pulumi(["stack", "export", "--stack", name])) as {
    readonly deployment?: { readonly resources?: readonly unknown[] };
  };
  if ((state.deployment?.resources ?? []).length === 0) return;
  throw new Trouble(
    `the stack ${name} has resources already, but Pulumi.${name}.yaml has no estate document, or no certificates: get the file that they were made with, or choose another stack name`,
  );
}
