import { createHash } from "node:crypto";

/**
 * A k3s join token in its secure form: it names the authority by its hash, so that a host gives its password to nobody else.
 *
 * @param caCert the file as k3s serves it, one self-signed certificate: k3s hashes these very bytes
 * @param user `server` or `node`
 */
export function secureToken(caCert: string, user: "server" | "node", password: string): string {
  return `K10${createHash("sha256").update(caCert).digest("hex")}::${user}:${password}`;
}
