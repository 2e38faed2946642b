import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Remembers that an engine was killed, until an update has succeeded since. */
export async function markInterrupted(mark: string): Promise<void> {
  await mkdir(dirname(mark), { recursive: true, mode: 0o700 });
  await writeFile(mark, "");
}

/**
 * Runs an update; where an engine was killed before, twice: objects that it made on the orchestrator are taken over at first (only
 * what it made in the cloud could be removed). The provider remembers that it took over, until the update after that one.
 *
 * @param update gets variables for pulumi's environment, and says whether it succeeded
 */
export async function updateAfter(
  mark: string,
  update: (environment: Readonly<Record<string, string>>) => Promise<boolean>,
): Promise<void> {
  if (existsSync(mark) && !(await update({ PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" }))) return;
  if (await update({})) await rm(mark, { force: true });
}
