import { copyFile, link, mkdir, readdir, rename, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { cached, contentKey } from "../cache.ts";
import type { Place } from "../place.ts";
import type { Say } from "../say.ts";

/**
 * The folder with the CLI and the language host side by side, as the CLI expects it; it warns of one found elsewhere.
 * It looks beside its own file, so these are hard links, and not links to two folders of the cache.
 */
export async function besideEachOther(place: Place, programs: readonly string[], say: Say): Promise<string[]> {
  const entry = await cached(place.cache, "engine-bin", await contentKey([...programs]), say, async (to) => {
    for (const program of programs) {
      const path = join(to, basename(program));
      await link(program, path).catch(() => copyFile(program, path));
    }
  });
  return programs.map((program) => join(entry, basename(program)));
}

/** Makes the folder hold links to exactly these programs, and gives its path. */
export async function fillBin(folder: string, programs: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  const wanted = new Set(programs.map((program) => basename(program)));
  for (const entry of await readdir(folder)) if (!wanted.has(entry)) await rm(join(folder, entry), { force: true });
  for (const program of programs) await replaceLink(program, join(folder, basename(program)));
  return folder;
}

/** A plugin as PULUMI_HOME holds it. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly program: string;
  readonly path: string;
}

/**
 * Makes `<home>/plugins` hold links to exactly these plugins. Others, such as an older version, go, so that the engine
 * cannot choose one of them.
 */
export async function fillHome(home: string, plugins: readonly Plugin[]): Promise<void> {
  const folder = join(home, "plugins");
  await mkdir(folder, { recursive: true });
  const wanted = new Map(plugins.map((plugin) => [`resource-${plugin.name}-v${plugin.version}`, plugin]));
  for (const entry of await readdir(folder))
    if (!wanted.has(entry)) await rm(join(folder, entry), { recursive: true, force: true });
  for (const [entry, { program, path }] of wanted) {
    await mkdir(join(folder, entry), { recursive: true });
    await replaceLink(path, join(folder, entry, program));
  }
}

/** An engine that runs must never see it missing. */
async function replaceLink(to: string, path: string): Promise<void> {
  const next = `${path}.${process.pid}`;
  await rm(next, { force: true });
  await symlink(to, next);
  await rename(next, path);
}
