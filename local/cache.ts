import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import lockfile from "proper-lockfile";
import { isAlive, thisProcess } from "./alive.ts";
import { type Say, Trouble } from "./say.ts";

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

/** The folder that `cached` made of this name and key, if it is there. */
export function inCache(cache: string, name: string, key: string): string | undefined {
  const entry = join(cache, `${name}-${key}`);
  return existsSync(entry) ? entry : undefined;
}

/**
 * The folder `<cache>/<name>-<key>`, made by `build` if it is not there yet.
 *
 * `build` fills an empty folder; it is moved into place only when it succeeded, so that a killed build leaves nothing that
 * looks finished. Two builds of the same entry wait for each other; the second finds the first one's result. A build that
 * stood still for so long that another took its lock goes on in a folder of its own, and the first that ends is used.
 *
 * @throws Trouble when the disk is full, and whatever `build` throws
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
    await removeLeftovers(cache, basename(entry));
    const { pid, started } = thisProcess();
    const unfinished = `${entry}.unfinished-${pid}-${started}-${randomBytes(4).toString("hex")}`;
    await mkdir(unfinished);
    try {
      await build(unfinished);
      await moveIntoPlace(unfinished, entry);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return entry;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw new Trouble(
      `${name}: the disk is full. Make room at ${cache} (df shows how much there is), then run it again`,
    );
  } finally {
    await release();
  }
}

/** Keeps what another build of the same entry has put there meanwhile: it may be in use. */
async function moveIntoPlace(unfinished: string, entry: string): Promise<void> {
  await rename(unfinished, entry).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
}

/** What killed builds of this entry left behind. One whose process lives may have lost its lock: it is left to it. */
async function removeLeftovers(cache: string, entry: string): Promise<void> {
  for (const found of await readdir(cache)) {
    if (!found.startsWith(`${entry}.unfinished`)) continue;
    const [, pid = "", started = ""] = /-(\d+)-(\d+)-\w+$/.exec(found.slice(entry.length)) ?? [];
    if (!pid || !isAlive({ pid: Number(pid), started })) await rm(join(cache, found), { recursive: true, force: true });
  }
}

async function waitForLock(entry: string, name: string, say: Say): Promise<() => Promise<void>> {
  let lost = false;
  // Left to itself the library throws this from a timer, and ends the process.
  const onCompromised = () => {
    lost = true;
    say(`${name}: this machine stood still, and another build of it may have begun; the first that ends is used`);
  };
  for (let said = false; ; ) {
    try {
      const lock = { realpath: false, stale: 20_000, update: 5_000, onCompromised };
      const release = await lockfile.lock(entry, lock);
      return async () => (lost ? undefined : release());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      if (!said) say(`${name}: another build of it is running; waiting for that one`);
      said = true;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
