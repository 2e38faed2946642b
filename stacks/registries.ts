import type { Estate } from "./schema.ts";

/** Whom a registry knows, and what the stack's configuration has the password under. */
export interface RegistryUser {
  /** As names of images begin. */
  readonly registry: string;
  readonly user: string;
  /** Below `estate:`. */
  readonly key: string;
}

/** What of the document, or of the facts, is looked at. */
interface Described {
  readonly orchestrator: Pick<Estate["orchestrator"], "registries">;
}

/** The registries that ask for a name and a password, in the order of their names. */
export function registryUsers({ orchestrator: { registries } }: Described): RegistryUser[] {
  return Object.keys(registries)
    .sort()
    .flatMap((registry) => {
      const { user } = registries[registry] ?? {};
      return user === undefined ? [] : [{ registry, user, key: passwordKey(registry) }];
    });
}

/** Where images are pulled from instead, by registry. */
export function mirrorsOf({ orchestrator: { registries } }: Described): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(registries).flatMap(([name, { endpoints }]) => (endpoints === undefined ? [] : [[name, endpoints]])),
  );
}

/** Whether images of a registry come from a mirror. One that only has a user has none of its own. */
export function isMirrored(described: Described, registry: string): boolean {
  const mirrors = mirrorsOf(described);
  return Object.hasOwn(mirrors, registry) || Object.hasOwn(mirrors, "*");
}

/**
 * A key of Pulumi's has no colon, and a host's name no underscore. An application has no such key: no folder's name has a capital letter.
 */
function passwordKey(registry: string): string {
  return `registryPassword.${registry.replaceAll(":", "_")}`;
}
