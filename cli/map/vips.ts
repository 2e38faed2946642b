import { present, type State, texts } from "./state.ts";

/** Addresses that several hosts may have, one at a time, with the ids of the security groups of those hosts. */
export function findVips(state: State): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { values } of present(state, "networking/port:Port"))
    for (const address of addresses(values.allowedAddressPairs)) found.set(address, texts(values.securityGroupIds));
  return found;
}

function addresses(pairs: unknown): string[] {
  if (!Array.isArray(pairs)) return [];
  return texts(pairs.map((pair: unknown) => (pair as { readonly ipAddress?: unknown } | null)?.ipAddress));
}
