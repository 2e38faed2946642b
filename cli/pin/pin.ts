import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { confirm } from "../state/ask.ts";
import { table } from "../table.ts";
import type { PinOptions } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { nameOf, type Reference, referencesIn, withDigests } from "./references.ts";
import { digestOf, type Mirrors } from "./registry.ts";

/** What a registry says of an image, beside what is written. */
export interface Pin {
  /** Without its digest. */
  readonly image: string;
  /** `moved`: the tag has another digest now. `unknown`: its registry could not be asked, or has no such tag. */
  readonly verdict: "same" | "new" | "moved" | "unknown";
  readonly was?: string;
  /** That of the registry; not where it is unknown. */
  readonly digest?: string;
  /** Why it is unknown. */
  readonly why?: string;
}

/** Where all versions are pinned. */
export const pinned = join(project, "stacks", "versions.ts");

/** @param file whose images are pinned */
export async function pin(wanted: readonly string[], options: PinOptions, file = pinned): Promise<void> {
  const text = await readFile(file, "utf8");
  const references = referencesIn(text).filter(
    (reference) => wanted.length === 0 || wanted.some((part) => nameOf(reference).includes(part)),
  );
  if (references.length === 0) throw new Trouble(`no image of ${file} is named ${wanted.join(" or ")}`);
  const pins = await askAll(references, options.mirror);
  if (!options.json) process.stdout.write(`${shown(pins)}\n`);
  const written = options.check ? 0 : await write(file, text, pins, options);
  if (options.json) process.stdout.write(`${JSON.stringify({ pins, written })}\n`);
  process.exitCode = exitCodeOf(pins, options.check ?? false);
}

/** A registry's images one after another, since registries limit requests; registries side by side. Nothing is thrown. */
async function askAll(references: readonly Reference[], mirrors?: Mirrors): Promise<readonly Pin[]> {
  const registries = [...new Set(references.map(({ registry }) => registry))];
  let done = 0;
  const asked = registries.map(async (registry) => {
    const pins: Pin[] = [];
    for (const reference of references.filter((one) => one.registry === registry)) {
      pins.push(await ask(reference, mirrors));
      done += 1;
      if (process.stderr.isTTY) process.stderr.write(`\rasked for ${done} of ${references.length} images\x1b[K`);
    }
    return pins;
  });
  const pins = (await Promise.all(asked)).flat();
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  return pins;
}

async function ask(reference: Reference, mirrors?: Mirrors): Promise<Pin> {
  const [image, was] = [nameOf(reference), reference.digest];
  const written = was ? { was } : {};
  try {
    const digest = await digestOf(reference, mirrors);
    return { image, verdict: was === undefined ? "new" : was === digest ? "same" : "moved", ...written, digest };
  } catch (error) {
    return { image, verdict: "unknown", ...written, why: (error as Error).message };
  }
}

/** @returns how many images have another text now */
async function write(file: string, text: string, pins: readonly Pin[], { yes }: PinOptions): Promise<number> {
  const moved = pins.filter(({ verdict }) => verdict === "moved");
  const taken = pins.filter(({ verdict }) => verdict === "new" || verdict === "moved");
  if (taken.length === 0) return 0;
  if (moved.length > 0 && !yes)
    await confirm(`${moved.length} of these tags moved. Write the digests of ${taken.length} images?`);
  const next = withDigests(text, new Map(taken.flatMap(({ image, digest }) => (digest ? [[image, digest]] : []))));
  const unfinished = `${file}.unfinished`;
  await writeFile(unfinished, next);
  await rename(unfinished, file);
  process.stderr.write(
    `${file}: digests of ${taken.length} images are written. 'estate preview' says what it replaces.\n`,
  );
  return taken.length;
}

function shown(pins: readonly Pin[]): string {
  const says = {
    same: "as written",
    new: "has no digest here",
    moved: "moved",
    unknown: "could not be asked",
  } as const;
  return table(
    ["IMAGE", "REGISTRY SAYS", "DIGEST"],
    pins.map(({ image, verdict, was, digest = "", why }) => [
      image,
      says[verdict],
      why ?? (verdict === "moved" ? `${digest} (was ${was})` : digest),
    ]),
  );
}

function exitCodeOf(pins: readonly Pin[], check: boolean): number {
  if (pins.some(({ verdict }) => verdict === "unknown")) return exitCodes.failed;
  return check && pins.some(({ verdict }) => verdict !== "same") ? exitCodes.differs : exitCodes.pinned;
}
