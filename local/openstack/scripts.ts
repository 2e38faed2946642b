import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A script of a Python environment that finds its Python beside itself, wherever the environment is moved to.
 * The first line is one for the shell, which Python reads as a string.
 */
export function relocatable(script: string): string {
  return script.replace(
    /^#!.*\n/,
    () => `#!/bin/sh\n'''exec' "$(dirname -- "$(realpath -- "$0")")/python" "$0" "$@"\n' '''\n`,
  );
}

/** Makes all scripts in a folder of programs relocatable, and removes those that set up a shell for this one place. */
export async function makeRelocatable(bin: string): Promise<void> {
  for (const entry of await readdir(bin, { withFileTypes: true })) {
    const file = join(bin, entry.name);
    if (/^activate|^Activate/.test(entry.name)) await rm(file);
    else if (entry.isFile()) {
      const script = await readFile(file, "latin1");
      if (/^#!.*python/.test(script)) await writeFile(file, relocatable(script), "latin1");
    }
  }
}
