import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import lockfile from "proper-lockfile";
import type { Say } from "./say.ts";

/** The hash of everything an entry is made from: the bytes of files and folders, and plain strings such as versions. */
export async function contentKey(parts: readonly ({ readonly file: string } | string)[]): Promise<string> {
  const hash = createHash("sha256");
  for (const part of parts) {
    if (typeof part === "string") hash.update(`s${part.length}:${part}`);
    else
      for (const file of await filesUnder(part.file))
        hash.update(`f${relative(part.file, file)}\0`).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}

async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (!entries) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * The folder `<cache>/<name>-<key>`, made by `build` if it is not there yet.
 *
 * `build` fills an empty folder; it is moved into place only when it succeeded, so that a killed build leaves nothing that
 * looks finished. Two builds of the same entry wait for each other; the second finds the first one's result.
 */
export async function cached(
  cache: string,
  name: string,
  key: string,
  say: Say,
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const entry = join(cache, `${name}-${key}`);
  if (existsSync(entry)) return entry;
  await mkdir(cache, { recursive: true });
  const release = await waitForLock(entry, name, say);
  try {
    if (existsSync(entry)) return entry;
    const unfinished = `${entry}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await build(unfinished);
    await rename(unfinished, entry);
    return entry;
  } finally {
    await release();
  }
}

async function waitForLock(entry: string, name: string, say: Say): Promise<() => Promise<void>> {
  for (let said = false; ; ) {
    try {
      return await lockfile.lock(entry, { realpath: false, stale: 20_000, update: 5_000 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      if (!said) say(`${name}: another build of it is running; waiting for that one`);
      said = true;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
