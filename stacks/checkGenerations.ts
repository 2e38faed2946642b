import type { WrongSetting } from "./application.ts";
import type { Estate } from "./schema.ts";

/**
 * What is wrong with the generations of passwords by application, at a key of the settings: each is of an application of the document,
 * and the one in use is not revoked.
 */
export function checkGenerations(
  key: string,
  all: Readonly<Record<string, { readonly generation: number; readonly revoked: number }>>,
  estate: Pick<Estate, "apps">,
  wrong: WrongSetting,
): void {
  for (const [name, { generation, revoked }] of Object.entries(all)) {
    if (!estate.apps[name]) wrong([key, name], "is no application of this document: write its name, or leave it out");
    if (revoked >= generation)
      wrong([key, name, "revoked"], `write less than generation (${generation}): the password in use must be taken`);
  }
}
