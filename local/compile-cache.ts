import { lstatSync, mkdirSync } from "node:fs";
import { constants, enableCompileCache } from "node:module";
import { join } from "node:path";
import { place } from "./place.ts";

/**
 * Keeps what Node compiles in the cache of the project, `compiled`: of this program from now on, and of every Node program that it
 * starts. Starting again then takes half the computing time. Modules that are loaded already are not kept, so it is called before
 * the rest is imported. A file that changes is compiled anew; a copy of Node that differs has a folder of its own there.
 *
 * Whoever sets NODE_COMPILE_CACHE or NODE_DISABLE_COMPILE_CACHE has decided; then nothing is done. Nor is it where the folder cannot be
 * made, or where others could write into it: what is there is run. That is no error.
 */
export function keepCompiled(environment: NodeJS.ProcessEnv = process.env): void {
  if (environment.NODE_COMPILE_CACHE || environment.NODE_DISABLE_COMPILE_CACHE) return;
  const folder = join(place(environment).cache, "compiled");
  if (!isOurs(folder)) return;
  const { status } = enableCompileCache(folder);
  if (status === constants.compileCacheStatus.ENABLED) environment.NODE_COMPILE_CACHE = folder;
}

/** Makes the folder if need be. Whether nobody else can write there. */
function isOurs(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
