import { join } from "node:path";
import type { Place } from "../place.ts";
import { type Say, Trouble } from "../say.ts";
import { built } from "./go.ts";
import { besideEachOther, fillBin, fillHome } from "./home.ts";
import { type Found, official } from "./official.ts";
import { type Piece, pieces } from "./pieces.ts";

/** The Pulumi engine as a stack uses it. */
export interface Engine {
  /** For PULUMI_HOME: the stack's own, with the plugins. */
  readonly home: string;
  /** For the PATH: holds `pulumi` and `pulumi-language-nodejs`. */
  readonly bin: string;
  readonly pieces: readonly {
    readonly name: string;
    readonly version: string;
    /** Published by Pulumi and found on the machine, or built here from Go modules. */
    readonly source: "official" | "built";
    readonly path: string;
  }[];
}

/**
 * The Pulumi CLI, the Node language host and the plugins openstack, kubernetes and command, at the versions that are
 * pinned: official ones where the operator has installed them, otherwise built into the cache.
 *
 * `ESTATE_ENGINE=built` or `official` in the environment takes nothing but that, for tests.
 *
 * @throws Trouble when one cannot be had; what was built until then is kept
 */
export async function ensureEngine(place: Place, say: Say): Promise<Engine> {
  const only = process.env.ESTATE_ENGINE;
  if (only && only !== "built" && only !== "official")
    throw new Trouble(`ESTATE_ENGINE is ${only}: it is "built", "official" or not set`);
  const wanted = pieces();
  const found: Found = only === "built" ? new Map() : await official(wanted);
  const missing = wanted.filter(({ name }) => !found.has(name));
  if (only === "official" && missing.length) throw new Trouble(notInstalled(missing));
  const all = [];
  // One after another: each build uses every core, and finds what the one before it compiled.
  for (const piece of wanted) {
    const path = found.get(piece.name);
    all.push({
      ...piece,
      path: path ?? (await built(piece, place, say)),
      source: path ? ("official" as const) : ("built" as const),
    });
  }
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

function notInstalled(missing: readonly Piece[]): string {
  const how = missing.map(({ kind, name, version }) =>
    kind === "plugin"
      ? `  pulumi plugin install resource ${name} ${version}`
      : `  Pulumi ${version}, whole, on the PATH (for ${name})`,
  );
  return `ESTATE_ENGINE=official, and these are not installed:\n${[...new Set(how)].join("\n")}`;
}
