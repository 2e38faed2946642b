import * as pulumi from "@pulumi/pulumi";
import { appSecrets } from "./appFacts.ts";
import { DocumentError, parseEstate } from "./parse.ts";
import type { Estate } from "./schema.ts";
import { type SecretName, type Secrets, secretNames } from "./secrets.ts";

/** What the stack's configuration says. */
export interface Configuration {
  readonly estate: Estate;
  /** All secrets, as one secret value. */
  readonly secrets: pulumi.Output<Secrets>;
  readonly appSecrets: AppSecretValues;
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
  const source = `Pulumi.${pulumi.getStack()}.yaml (estate:estate)`;
  const estate = readEstate(config, source);
  requireSecrets(config, estate, source);
  return { estate, secrets: readSecrets(config), appSecrets: readAppSecrets(config, estate) };
}

function readEstate(config: pulumi.Config, source: string): Estate {
  try {
    return parseEstate(config.getObject("estate") ?? {}, source);
  } catch (error) {
    if (error instanceof DocumentError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

function requireSecrets(config: pulumi.Config, estate: Estate, source: string): void {
  const names = [...secretNames, ...appSecrets(estate).map(({ key }) => key)];
  const missing = names.filter((name) => !config.get(name));
  if (missing.length > 0)
    throw new pulumi.RunError(
      `Secrets are missing beside ${source}: ${missing.join(", ")}. 'estate init' makes those of a real cloud's stack, 'estate local up' those of a local one.`,
    );
}

function readSecrets(config: pulumi.Config): pulumi.Output<Secrets> {
  const secrets = secretNames.map((name) => config.requireSecret(name).apply((value) => [name, value] as const));
  return pulumi.all(secrets).apply((entries) => Object.fromEntries(entries) as Record<SecretName, string>);
}

function readAppSecrets(config: pulumi.Config, estate: Estate): AppSecretValues {
  const values: Record<string, Record<string, pulumi.Output<string>>> = {};
  for (const { application, secret, key } of appSecrets(estate))
    values[application] = { ...values[application], [secret]: config.requireSecret(key) };
  return values;
}
