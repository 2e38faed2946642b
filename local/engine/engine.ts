import { join } from "node:path";
import type { Place } from "../place.ts";
import { type Say, Trouble } from "../say.ts";
import { besideEachOther, fillBin, fillHome } from "./home.ts";
import { pieces } from "./pieces.ts";
import { ensurePrograms, type Program, sources } from "./programs.ts";

/** The Pulumi engine as a stack uses it. */
export interface Engine {
  /** For PULUMI_HOME: the stack's own, with the plugins. */
  readonly home: string;
  /** For the PATH: holds `pulumi` and `pulumi-language-nodejs`. */
  readonly bin: string;
  readonly pieces: readonly Pick<Program, "name" | "version" | "source" | "path">[];
}

/**
 * The Pulumi CLI, the Node language host and the plugins openstack, kubernetes and command, at the versions that are
 * pinned: the official ones where they are installed or can be downloaded, otherwise built into the cache.
 *
 * `ESTATE_ENGINE=built` or `official` in the environment takes nothing but that, for tests.
 *
 * @param warn for what must not be overwritten by the next line: bytes that are not those that are pinned
 * @throws Trouble when one cannot be had; what was downloaded or built until then is kept
 */
export async function ensureEngine(place: Place, say: Say, warn = say, from = sources): Promise<Engine> {
  const only = process.env.ESTATE_ENGINE || undefined;
  if (only !== undefined && only !== "built" && only !== "official")
    throw new Trouble(`ESTATE_ENGINE is ${only}: it is "built", "official" or not set`);
  const all = await ensurePrograms(pieces(), { place, say, warn, only }, from);
  const home = join(place.data, "pulumi");
  await fillHome(
    home,
    all.filter(({ kind }) => kind === "plugin"),
  );
  const programs = all.filter(({ kind }) => kind !== "plugin");
  const paths = programs.map(({ path }) => path);
  const whole = programs.every(({ source }) => source === "official");
  return {
    home,
    bin: await fillBin(join(home, "bin"), whole ? paths : await besideEachOther(place, paths, say)),
    pieces: all.map(({ name, version, source, path }) => ({ name, version, source, path })),
  };
}
