import { type Generations, passwordOf } from "../../stacks/passwords.ts";

/**
 * Shared secrets that are taken, the one in use first.
 *
 * The next one is taken already, which nobody knows: so bbb may use it the moment it is the one in use, and nothing has to wait until
 * every TURN server was told. The one before is taken until it is revoked: credentials made with it are good for a day.
 */
export function turnSecrets(seed: string, { generation, revoked }: Generations): string[] {
  return [generation, generation + 1, generation - 1]
    .filter((one) => one > revoked)
    .map((one) => passwordOf(seed, "turn", one));
}

/** Signs the nonces of all TURN servers. It opens nothing. */
export function nonceSecret(seed: string): string {
  return passwordOf(seed, "nonce", 0);
}
