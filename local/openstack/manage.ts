import { join } from "node:path";
import { execa } from "execa";
import { behind } from "../daemon/cure.ts";
import { appendToLog, logFile } from "../daemon/log.ts";
import type { Place } from "../place.ts";
import { Trouble } from "../say.ts";
import type { CloudFacts } from "./facts.ts";
import type { SchemaCommand } from "./schema.ts";

/**
 * Runs one of OpenStack's management programs to its end; what it prints is added to `logs/openstack-setup.log`.
 *
 * Throws `Trouble` with the end of that when it fails.
 */
export async function manage(
  { data }: Pick<Place, "data">,
  facts: Pick<CloudFacts, "environment">,
  { program, args, environment }: Omit<SchemaCommand, "first">,
): Promise<string> {
  const log = logFile(data, "openstack-setup");
  const result = await execa(join(facts.environment, "bin", program), args, {
    env: environment ?? {},
    reject: false,
    all: true,
    stdin: "ignore",
  });
  const output = result.all ?? "";
  appendToLog(log, `-- ${new Date().toISOString()} ${program} ${args.join(" ")}\n${output}\n`);
  if (!result.failed) return output;
  const end = output.trim().split("\n").slice(-5).join("\n");
  const what = `${program} ${args.filter((word) => !word.startsWith("/")).join(" ")}`;
  throw new Trouble(`${what} failed; see ${log}:\n${end || result.shortMessage}${behind(end)}`);
}
