import { createHash } from "node:crypto";

/** The start of the sha256 of what is given; for names and annotations that change with it. The order of keys counts. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);
}
