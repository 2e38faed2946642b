import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The SHA-512, in hexadecimal, of the k3s program that hosts of the local stack fetch from `http://<mirror>/k3s`. */
export function k3sLauncherSha512(): string {
  return createHash("sha512")
    .update(readFileSync(join(import.meta.dirname, "mirror", "k3s")))
    .digest("hex");
}
