import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import type { Authorities } from "../components/authorities.ts";
import { appSecrets } from "./appFacts.ts";
import { documentSecrets } from "./documentSecrets.ts";
import { DocumentError, parseEstate } from "./parse.ts";
import { registryUsers } from "./registries.ts";
import type { Estate } from "./schema.ts";
import { type EstateSecrets, estateSecretNames, type SecretName, secretNames } from "./secrets.ts";

/** What the stack's configuration says. */
export interface Configuration {
  readonly estate: Estate;
  /** All secrets but the authorities' keys, as one secret value. */
  readonly secrets: pulumi.Output<EstateSecrets>;
  readonly authorities: Authorities;
  /** Name of the stack that has the base of this one, where it has not. */
  readonly base: string | undefined;
  readonly appSecrets: AppSecretValues;
  /** Of registries that have a user, by their names. */
  readonly registryPasswords: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Secrets of the applications that run: by application, and by what it calls them. */
export type AppSecretValues = Readonly<Record<string, Readonly<Record<string, pulumi.Output<string>>>>>;

/**
 * Reads the configuration of the stack; the only reader of it in the program.
 *
 * @throws pulumi.RunError with every mistake of the document, or every secret that is missing, and what to do
 */
export function loadConfiguration(): Configuration {
  const config = new pulumi.Config("estate");
  const source = documentOf(pulumi.getStack());
  const estate = readEstate(config.getObject("estate"), source);
  const base = config.get("base");
  requireSecrets(
    config,
    [...(base ? estateSecretNames : secretNames), ...documentSecrets(estate).map(({ key }) => key)],
    source,
  );
  return {
    ...{ estate, base, secrets: readSecrets(config, estateSecretNames), appSecrets: readAppSecrets(config, estate) },
    registryPasswords: Object.fromEntries(
      registryUsers(estate).map(({ registry, key }) => [registry, config.requireSecret(key)]),
    ),
    authorities: base ? { base } : { secrets: readSecrets(config, secretNames) },
  };
}

/**
 * The stack that this one is the base of, with its document, which stands in its own file; nothing where this stack is no base.
 *
 * @throws pulumi.RunError with every mistake of the document
 */
export function loadBase(): { readonly of: string; readonly estate: Estate } | undefined {
  const config = new pulumi.Config("estate");
  const of = config.get("baseOf");
  if (!of) return undefined;
  const [file, own] = [`Pulumi.${of}.yaml`, `Pulumi.${pulumi.getStack()}.yaml`];
  if (config.getObject("estate") !== undefined)
    throw new pulumi.RunError(
      `${own}: it has estate:baseOf, and the estate's document is that of ${file}: take estate:estate out of here`,
    );
  const { config: settings = {} } = readStackFile(file);
  if (settings["estate:base"] !== pulumi.getStack())
    throw new pulumi.RunError(
      `${file} does not name this stack as its base: write estate:base: ${pulumi.getStack()} there`,
    );
  const document = settings["estate:estate"];
  return { of, estate: readEstate(typeof document === "string" ? JSON.parse(document) : document, documentOf(of)) };
}

function readStackFile(file: string): { readonly config?: Readonly<Record<string, unknown>> } {
  try {
    return parse(readFileSync(file, "utf8")) ?? {};
  } catch (error) {
    throw new pulumi.RunError(`${file}, which estate:baseOf names, cannot be read: ${(error as Error).message}`);
  }
}

const documentOf = (stack: string) => `Pulumi.${stack}.yaml (estate:estate)`;

function readEstate(document: unknown, source: string): Estate {
  try {
    return parseEstate(document ?? {}, source);
  } catch (error) {
    if (error instanceof DocumentError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

function requireSecrets(config: pulumi.Config, names: readonly string[], source: string): void {
  const missing = names.filter((name) => !config.get(name));
  if (missing.length > 0)
    throw new pulumi.RunError(
      `Secrets are missing beside ${source}: ${missing.join(", ")}. 'estate init' makes those of a real cloud's stack, 'estate local up' those of a local one.`,
    );
}

function readSecrets<Name extends SecretName>(
  config: pulumi.Config,
  names: readonly Name[],
): pulumi.Output<Readonly<Record<Name, string>>> {
  const secrets = names.map((name) => config.requireSecret(name).apply((value) => [name, value] as const));
  return pulumi.all(secrets).apply((entries) => Object.fromEntries(entries) as Record<Name, string>);
}

function readAppSecrets(config: pulumi.Config, estate: Estate): AppSecretValues {
  const values: Record<string, Record<string, pulumi.Output<string>>> = {};
  for (const { application, secret, key } of appSecrets(estate))
    values[application] = { ...values[application], [secret]: config.requireSecret(key) };
  return values;
}
