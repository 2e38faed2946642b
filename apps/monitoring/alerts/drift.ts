import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The rules about drift, which are beside what makes their metrics. */
export function driftRules(): string {
  return readFileSync(join(import.meta.dirname, "..", "..", "..", "cli", "drift", "alerts.yaml"), "utf8");
}
