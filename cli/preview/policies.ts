import { existsSync } from "node:fs";
import { join } from "node:path";
import { project } from "../../local/place.ts";

/** The shipped rules. */
const packs = ["policies"] as const;

/** Where a team says levels and exceptions of rules for a stack: policies/README.md. */
const configFile = (stack: string) => join("policies", `${stack}.config.json`);

/** What has the engine judge a preview or an update by the policy pack. */
export function policyFlags(stack: string): string[] {
  const config = configFile(stack);
  const set = existsSync(join(project, config)) ? ["--policy-pack-config", config] : [];
  return packs.flatMap((pack) => ["--policy-pack", pack, ...set]);
}
