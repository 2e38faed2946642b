import { join } from "node:path";
import { cached, contentKey, inCache } from "../cache.ts";
import { buildGo, findGo, goFlags } from "../go.ts";
import type { Place } from "../place.ts";
import type { Say } from "../say.ts";
import { withPatch } from "./patch.ts";
import type { Piece } from "./pieces.ts";

/**
 * The program of a piece, built from Go modules into the cache unless it is there.
 *
 * @throws Trouble when Go is missing, modules cannot be had, the disk is full, or it does not compile
 */
export async function built(piece: Piece, place: Place, say: Say): Promise<string> {
  const { name, program, version, main, minutes: takes, patch } = piece;
  const { folder, go, linker, key } = await recipeOf(piece);
  // The compiler is short-lived: collecting less often saves a tenth of its time, for some hundred MiB more.
  const environment = { GOGC: "400" };
  const wanted = { title: `${name} ${version}`, folder, main, linker, takes, environment };
  const path = await cached(place.cache, `engine-${name}`, key, say, async (to) => {
    const build = (from: string) => buildGo({ ...wanted, folder: from }, go, join(to, program), say);
    await (patch ? withPatch(folder, patch, go, build) : build(folder));
  });
  return join(path, program);
}

/** Whether `built` would find the program of a piece in the cache. Without Go, it would not. */
export async function builtBefore(piece: Piece, place: Place): Promise<boolean> {
  const recipe = await recipeOf(piece).catch(() => undefined);
  return recipe !== undefined && inCache(place.cache, `engine-${piece.name}`, recipe.key) !== undefined;
}

/** What the program of a piece is made with, and its key: the hash of all that. */
async function recipeOf({ name, set, main, patch }: Piece) {
  const folder = join(import.meta.dirname, name);
  const go = await findGo(folder);
  const linker = ["-s", "-w", ...set.map((one) => `-X=${one}`)].join(" ");
  const command = ["build", ...goFlags, `-ldflags=${linker}`];
  const key = await contentKey([
    { file: folder },
    go.version,
    process.arch,
    ...command,
    main,
    ...(patch ? [JSON.stringify(patch)] : []),
  ]);
  return { folder, go, linker, key };
}
