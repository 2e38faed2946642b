import { appSecrets } from "./appFacts.ts";
import type { SecretKind } from "./application.ts";
import { registryUsers } from "./registries.ts";
import type { Estate } from "./schema.ts";

/** A secret that the document asks for, beside those that every estate has. */
export interface DocumentSecret {
  /** Its name in the stack's configuration, below `estate:`. */
  readonly key: string;
  readonly kind: SecretKind;
}

/** Those of the applications that run, and the passwords of registries. */
export function documentSecrets(estate: Pick<Estate, "apps" | "orchestrator">): DocumentSecret[] {
  const passwords = registryUsers(estate).map(({ registry, user, key }) => ({
    ...{ key, kind: { given: `the password of ${user} at the registry ${registry}` } },
  }));
  return [...appSecrets(estate).map(({ key, kind }) => ({ key, kind })), ...passwords];
}
