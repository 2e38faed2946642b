import { randomBytes } from "node:crypto";
import { project } from "../local/place.ts";
import type { DocumentSecret } from "../stacks/documentSecrets.ts";
import { authorityKeyNames, type Secrets, secretNames } from "../stacks/secrets.ts";
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
  /** The keys of those that were stored now. */
  readonly made: readonly string[];
  /** The keys of those that were there. */
  readonly kept: readonly string[];
  /** Secrets that cannot be made: the operator must store them. */
  readonly lacking: readonly Lacking[];
}

/** A secret that only the operator can have, and what it is. */
export interface Lacking {
  readonly key: string;
  readonly given: string;
}

interface Beforehand {
  /** Secrets to take where the stack has none of that name; what is in neither is made. */
  readonly given?: Partial<Secrets>;
  /** The secrets that the document asks for. */
  readonly asked?: readonly DocumentSecret[];
  /** The stack that has the authorities' keys. @default this one */
  readonly base?: Stack | undefined;
  /** What else must be done to the stack file in the same step. */
  readonly change?: (draft: string) => Promise<void>;
}

/**
 * All that is missing is made and stored encrypted, in one step: half a key pair would be worse than none. With a base they are two steps;
 * after a kill between them, both halves are made anew.
 */
export async function completeSecrets(
  stack: Stack,
  { given = {}, asked = [], base, change }: Beforehand = {},
): Promise<Completed> {
  const keys = [...secretNames, ...asked.map(({ key }) => key)];
  const existing: Partial<Record<string, string>> = { ...(await readConfig(stack, keys)), ...(await readKeys(base)) };
  const estate = await generateSecrets({ ...given, ...existing });
  const values: Readonly<Record<string, string>> = { ...estate, ...askedValues(asked, existing) };
  const made = keys.filter((key) => values[key] !== undefined && values[key] !== existing[key]);
  const kept = keys.filter((key) => values[key] !== undefined && values[key] === existing[key]);
  const lacking = asked.flatMap(({ key, kind }) =>
    "given" in kind && values[key] === undefined ? [{ key, given: kind.given }] : [],
  );
  const found = { made, kept, lacking };
  if (made.length === 0 && !change) return { ...found, secrets: estate };
  const ofBase = base ? made.filter(isAuthorityKey) : [];
  if (base && ofBase.length > 0) await storeIn(base, pick(values, ofBase));
  await storeIn(
    stack,
    pick(
      values,
      made.filter((key) => !ofBase.includes(key)),
    ),
    change,
  );
  // as they are kept: the command line takes the last line end of a value away
  return { ...found, secrets: await generateSecrets({ ...(await readSecrets(stack)), ...(await readKeys(base)) }) };
}

const isAuthorityKey = (key: string) => (authorityKeyNames as readonly string[]).includes(key);

async function readKeys(base: Stack | undefined): Promise<Partial<Secrets>> {
  return base ? readConfig(base, authorityKeyNames) : {};
}

function pick(values: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, values[key] ?? ""]));
}

async function storeIn(
  { name, pulumi, folder = project }: Stack,
  values: Readonly<Record<string, string>>,
  change?: (draft: string) => Promise<void>,
): Promise<void> {
  await replaceStackFile(
    name,
    async (draft) => {
      await change?.(draft);
      const set = ["config", "set", "--stack", name, "--config-file", draft, "--secret"];
      for (const [key, value] of Object.entries(values)) await pulumi([...set, `estate:${key}`], value);
    },
    folder,
  );
}

/** Those that the document asks for: what exists is kept, what can be made is made. */
function askedValues(
  asked: readonly DocumentSecret[],
  existing: Partial<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    asked.flatMap(({ key, kind }) => {
      const value = existing[key] || ("bytes" in kind ? randomBytes(kind.bytes).toString("hex") : "");
      return value ? [[key, value]] : [];
    }),
  );
}

/** The secrets a stack has, in clear. */
export async function readSecrets(stack: Stack): Promise<Partial<Secrets>> {
  return readConfig(stack, secretNames);
}

/** Those of these keys that a stack has, in clear. */
export async function readConfig<Key extends string>(
  { name, pulumi }: Stack,
  keys: readonly Key[],
): Promise<Partial<Record<Key, string>> & Readonly<Record<string, string>>> {
  const config = JSON.parse(await pulumi(["config", "--stack", name, "--show-secrets", "--json"])) as Record<
    string,
    { readonly value?: string }
  >;
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = config[`estate:${key}`]?.value;
      return value === undefined ? [] : [[key, value]];
    }),
  ) as Partial<Record<Key, string>> & Readonly<Record<string, string>>;
}
