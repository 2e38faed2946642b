import { join } from "node:path";
import type { Place } from "../place.ts";
import { type Say, Trouble } from "../say.ts";
import { type Archive, archivesOf } from "./archives.ts";
import { downloaded, downloadedBefore } from "./download.ts";
import { built, builtBefore } from "./go.ts";
import { type Found, official } from "./official.ts";
import type { Piece } from "./pieces.ts";

/** A piece, and the program that it is. */
export interface Program extends Piece {
  readonly path: string;
  /** Published by Pulumi, and installed by the operator or downloaded here; or built here from Go modules. */
  readonly source: "official" | "built";
}

/** Where programs come from. Tests put others in their place. */
export interface Sources {
  readonly official: (wanted: readonly Piece[]) => Promise<Found>;
  readonly archivesOf: (wanted: readonly Piece[]) => readonly Archive[];
  readonly builtBefore: (piece: Piece, place: Place) => Promise<boolean>;
  readonly built: (piece: Piece, place: Place, say: Say) => Promise<string>;
}

export const sources: Sources = { official, archivesOf, builtBefore, built };

/** How programs are to be had. */
export interface Terms {
  readonly place: Place;
  readonly say: Say;
  /** For what must not be overwritten by the next line. */
  readonly warn: Say;
  /** No others than these. */
  readonly only?: Program["source"] | undefined;
}

/**
 * The programs of all these pieces: the official ones that are installed; else those that can be downloaded; else built.
 *
 * @throws Trouble when one cannot be had; what was downloaded or built until then is kept
 */
export async function ensurePrograms(wanted: readonly Piece[], terms: Terms, from = sources): Promise<Program[]> {
  const { place, say, only } = terms;
  const found: Found = only === "built" ? new Map() : await officialOnes(wanted, terms, from);
  const missing = wanted.filter(({ name }) => !found.has(name));
  if (only === "official" && missing.length) throw new Trouble(cannotBeHad(missing));
  const all: Program[] = [];
  // One after another: each build uses every core, and finds what the one before it compiled.
  for (const piece of wanted) {
    const path = found.get(piece.name);
    if (path) all.push({ ...piece, path, source: "official" });
    else all.push({ ...piece, path: await from.built(piece, place, say), source: "built" });
  }
  return all;
}

async function officialOnes(wanted: readonly Piece[], terms: Terms, from: Sources): Promise<Found> {
  const found = new Map(await from.official(wanted));
  for (const archive of from.archivesOf(wanted.filter(({ name }) => !found.has(name)))) {
    const folder = await unpacked(archive, terms, from);
    if (folder) for (const { name, program } of archive.pieces) found.set(name, join(folder, program));
  }
  return found;
}

/** Where all of an archive was built before, it is not asked for: a machine without a network need not wait for it each time. */
async function unpacked(
  archive: Archive,
  { place, say, warn, only }: Terms,
  from: Sources,
): Promise<string | undefined> {
  const before = downloadedBefore(archive, place.cache);
  if (before) return before;
  const built = await Promise.all(archive.pieces.map((piece) => from.builtBefore(piece, place)));
  if (only !== "official" && built.every(Boolean)) return undefined;
  return downloaded(archive, place.cache, say, warn);
}

function cannotBeHad(missing: readonly Piece[]): string {
  const how = missing.map(({ kind, name, version }) =>
    kind === "plugin"
      ? `  pulumi plugin install resource ${name} ${version}`
      : `  Pulumi ${version}, whole, on the PATH (for ${name})`,
  );
  return `ESTATE_ENGINE=official, and these are neither installed nor could they be downloaded:\n${[...new Set(how)].join("\n")}`;
}
