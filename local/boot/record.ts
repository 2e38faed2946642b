import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Generation } from "./decide.ts";
import type { HostPaths } from "./root/paths.ts";

/** What is remembered of a host while nothing of it runs. */
export interface HostRecord {
  readonly name: string;
  /** What it was last booted with. The image counts only once Ignition has succeeded on it. */
  readonly last?: Generation;
  /** Units that Ignition wrote. */
  readonly written: readonly string[];
}

/** Reads `host.json`; nothing for a host that never booted. */
export async function readRecord({ folder }: HostPaths): Promise<HostRecord | undefined> {
  const text = await readFile(join(folder, "host.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as HostRecord);
}

/** Replaces `host.json` at once, so that a kill leaves the old one or the new one. */
export async function writeRecord({ folder }: HostPaths, record: HostRecord): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "host.json");
  await writeFile(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
