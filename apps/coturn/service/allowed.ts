/** What a TURN server lets through: the Secret of all of them. */
export interface Allowed {
  readonly realm: string;
  /** Shared secrets that credentials may be made with. */
  readonly secrets: readonly string[];
  /** Addresses that it relays to. */
  readonly peers: readonly string[];
}

/**
 * Reads it from the text of the file.
 *
 * @throws Error if it is not whole: what was allowed before then stays
 */
export function readAllowed(text: string): Allowed {
  const { realm, secrets, peers } = JSON.parse(text) as Partial<Record<keyof Allowed, unknown>>;
  if (typeof realm !== "string" || !isList(secrets) || !isList(peers) || !realm || secrets.length === 0)
    throw new Error("not whole: it wants a realm, a secret at least, and peers");
  return { realm, secrets, peers };
}

function isList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string" && one !== "");
}
