import { passwordOf } from "../../stacks/passwords.ts";

/** What pods read only at their start. */
export interface ReadAtStart {
  /** By key; the key of the hash is not among them. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Of the stores: they change with their passwords. */
  readonly stores: readonly string[];
}

/** Another text when any of them is another: the start of a hash with a secret key, of which nothing can be told. */
export function revisionOf(key: string, { secrets, stores }: ReadAtStart): string {
  return passwordOf(key, JSON.stringify([Object.entries(secrets).sort(), stores]), 0).slice(0, 12);
}
