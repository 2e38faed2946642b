import { project } from "../local/place.ts";
import { type SecretName, type Secrets, secretNames } from "../stacks/secrets.ts";
import { generateSecrets } from "./secrets.ts";
import { replaceStackFile } from "./stack-file.ts";

/** Runs the Pulumi command line in the project's folder. @throws Trouble with what it said */
export type Pulumi = (command: readonly string[], input?: string) => Promise<string>;

/** A stack, and how its configuration is read and written. */
export interface Stack {
  readonly name: string;
  readonly pulumi: Pulumi;
  /** Where its stack file is. @default the project's */
  readonly folder?: string;
}

/** What `completeSecrets` did. */
export interface Completed {
  /** As they are stored. */
  readonly secrets: Secrets;
  /** Those that were stored now. */
  readonly made: readonly SecretName[];
}

interface Beforehand {
  /** Secrets to take where the stack has none of that name; what is in neither is made. */
  readonly given?: Partial<Secrets>;
  /** What else must be done to the stack file in the same step. */
  readonly change?: (draft: string) => Promise<void>;
}

/** All that is missing is made and stored encrypted, in one step: half a key pair would be worse than none. */
export async function completeSecrets(stack: Stack, { given = {}, change }: Beforehand = {}): Promise<Completed> {
  const existing = await readSecrets(stack);
  const secrets = await generateSecrets({ ...given, ...existing });
  const made = secretNames.filter((name) => secrets[name] !== existing[name]);
  if (made.length === 0 && !change) return { secrets, made };
  const store = async (draft: string) => {
    await change?.(draft);
    const set = ["config", "set", "--stack", stack.name, "--config-file", draft, "--secret"];
    for (const name of made) await stack.pulumi([...set, `estate:${name}`], secrets[name]);
  };
  await replaceStackFile(stack.name, store, stack.folder ?? project);
  // as they are kept: the command line takes the last line end of a value away
  return { secrets: await generateSecrets(await readSecrets(stack)), made };
}

/** The secrets a stack has, in clear. */
export async function readSecrets({ name, pulumi }: Stack): Promise<Partial<Secrets>> {
  const config = JSON.parse(await pulumi(["config", "--stack", name, "--show-secrets", "--json"])) as Record<
    string,
    { readonly value?: string }
  >;
  return Object.fromEntries(
    secretNames.flatMap((secret) => {
      const value = config[`estate:${secret}`]?.value;
      return value === undefined ? [] : [[secret, value]];
    }),
  );
}
