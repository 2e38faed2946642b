import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
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
  const log = join(data, "logs", "openstack-setup.log");
  await mkdir(dirname(log), { recursive: true, mode: 0o700 });
  const result = await execa(join(facts.environment, "bin", program), args, {
    env: environment ?? {},
    reject: false,
    all: true,
    stdin: "ignore",
  });
  const output = result.all ?? "";
  await appendFile(log, `-- ${new Date().toISOString()} ${program} ${args.join(" ")}\n${output}\n`, { mode: 0o600 });
  if (!result.failed) return output;
  const end = output.trim().split("\n").slice(-5).join("\n");
  throw new Trouble(`${program} ${args.filter((word) => !word.startsWith("/")).join(" ")} failed; see ${log}:\n${end}`);
}
