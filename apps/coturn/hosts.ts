/** The addresses of a host. */
export interface Addresses {
  readonly fixed: string;
  readonly announced: string;
}

/**
 * What a TURN server relays to. A browser names a bbb host by the address it announces, and bbb may offer its own one too; where both are one,
 * it is there once.
 */
export function peersOf(bbb: readonly Addresses[]): string[] {
  return [...new Set(bbb.flatMap(({ fixed, announced }) => [fixed, announced]))].sort();
}
