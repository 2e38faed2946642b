import * as pulumi from "@pulumi/pulumi";
import { DocumentError, parseEstate } from "./parse.ts";
import type { Estate } from "./schema.ts";
import { type SecretName, type Secrets, secretNames } from "./secrets.ts";

/** What the stack's configuration says. */
export interface Configuration {
  readonly estate: Estate;
  /** All secrets, as one secret value. */
  readonly secrets: pulumi.Output<Secrets>;
}

/**
 * Reads the configuration of the stack; the only reader of it in the program.
 *
 * @throws pulumi.RunError with every mistake of the document, or every secret that is missing, and what to do
 */
export function loadConfiguration(): Configuration {
  const config = new pulumi.Config("estate");
  const source = `Pulumi.${pulumi.getStack()}.yaml (estate:estate)`;
  return { estate: readEstate(config, source), secrets: readSecrets(config, source) };
}

function readEstate(config: pulumi.Config, source: string): Estate {
  try {
    return parseEstate(config.getObject("estate") ?? {}, source);
  } catch (error) {
    if (error instanceof DocumentError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

function readSecrets(config: pulumi.Config, source: string): pulumi.Output<Secrets> {
  const missing = secretNames.filter((name) => !config.get(name));
  if (missing.length > 0)
    throw new pulumi.RunError(
      `Secrets are missing beside ${source}: ${missing.join(", ")}. 'estate init' makes those of a real cloud's stack, 'estate local up' those of a local one.`,
    );
  const secrets = secretNames.map((name) => config.requireSecret(name).apply((value) => [name, value] as const));
  return pulumi.all(secrets).apply((entries) => Object.fromEntries(entries) as Record<SecretName, string>);
}
