import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

/** As PostgreSQL's own `scram_iterations`. */
const iterations = 4096;

/**
 * What PostgreSQL keeps instead of a password (RFC 5803, RFC 7677): given to `ALTER ROLE ... PASSWORD`, the password itself is neither
 * sent nor logged. The salt follows from the password and the role, so that equal passwords give equal plans.
 */
export function scramVerifier(role: string, password: string): string {
  const salt = createHmac("sha256", password).update(`salt of ${role}`).digest().subarray(0, 16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const key = (what: string) => createHmac("sha256", salted).update(what).digest();
  const storedKey = createHash("sha256").update(key("Client Key")).digest("base64");
  const serverKey = key("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
