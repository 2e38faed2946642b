import { credentialSeconds, turnPorts } from "./names.ts";

/** What a bbb host is told of the TURN servers. */
export interface Relays<Secret = string> {
  /** Of the secret that credentials are made with; it is the same for all servers. */
  readonly secret: Secret;
  /** How long a credential is good, in seconds. */
  readonly ttlSeconds: number;
  /** Where browsers find relays, and how: both of each server. */
  readonly turn: readonly string[];
  /** Where they learn their own address. */
  readonly stun: readonly string[];
}

/**
 * What bbb hosts are told of TURN servers with these DNS names. Firefox wants the plain one by UDP, and a network that lets nothing
 * out but the web the one with TLS on 443. Browsers try all, so that a server which is drained is not missed.
 */
export function relaysOf<Secret>(names: readonly string[], secret: Secret): Relays<Secret> {
  const { plain, tls } = turnPorts;
  return {
    ...{ secret, ttlSeconds: credentialSeconds },
    turn: names.flatMap((host) => [`turn:${host}:${plain}`, `turns:${host}:${tls}?transport=tcp`]),
    stun: names.map((host) => `stun:${host}:${plain}`),
  };
}
