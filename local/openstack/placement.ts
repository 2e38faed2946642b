import type { CloudFacts } from "./facts.ts";
import { ini } from "./ini.ts";
import { database, tokens } from "./sections.ts";

/** placement.conf */
export function placementConf(facts: CloudFacts): string {
  return ini({
    placement_database: { connection: database(facts, "placement") },
    api: { auth_strategy: "keystone" },
    ...tokens(facts, "placement"),
  });
}
