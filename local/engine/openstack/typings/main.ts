import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { project } from "../../../place.ts";
import { packageSpec } from "./package.ts";

// Run after a new @pulumi/openstack: node local/engine/openstack/typings/main.ts && (cd local/engine/openstack && go run ./derive)
const schema = packageSpec(join(project, "node_modules/@pulumi/openstack"));
writeFileSync(join(import.meta.dirname, "../provider/schema.json"), `${JSON.stringify(schema)}\n`);
