import { access, constants, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ExecaError, execa } from "execa";
import { cached, inCache } from "../cache.ts";
import { causeOf } from "../cause.ts";
import { fetchFile, type Limits } from "../fetch-file.ts";
import { type Say, Trouble } from "../say.ts";
import type { Archive } from "./archives.ts";

/** The largest archives have some hundred MiB. */
const usual: Limits = { answer: 5, silence: 30, size: 2 ** 30 };

/** The folder of an archive's programs, if it was downloaded before. */
export function downloadedBefore({ name, sha256, folder }: Archive, cache: string): string | undefined {
  const entry = inCache(cache, name, sha256);
  return entry && join(entry, folder);
}

/**
 * The folder of an archive's programs: downloaded into the cache, unless it is there. It is unpacked only when its bytes are
 * those that are pinned.
 *
 * Undefined when it cannot be had, which `say` tells, or when its bytes are others, which `warn` tells.
 *
 * @throws Trouble when the disk is full
 */
export async function downloaded(
  { name, url, sha256, folder, pieces }: Archive,
  cache: string,
  say: Say,
  warn: Say = say,
  limits = usual,
): Promise<string | undefined> {
  try {
    const entry = await cached(cache, name, sha256, say, async (to) => {
      const file = join(to, "archive.tar.gz");
      say(`${name}: downloading from ${new URL(url).host}`);
      const got = await fetchFile(url, file, limits);
      if (got !== sha256) throw new OtherBytes(`expected SHA-256 ${sha256}, got ${got}`);
      await unpack(file, to);
      await rm(file);
      for (const { program } of pieces) await access(join(to, folder, program), constants.X_OK);
    });
    return join(entry, folder);
  } catch (error) {
    if (error instanceof Trouble) throw error;
    if (error instanceof OtherBytes)
      warn(`WARNING: ${url} is not the file that is pinned, and is not used: ${error.message}`);
    else say(`${name}: not downloaded (${causeOf(error)})`);
    return undefined;
  }
}

/** Somebody changed the file, or what lies between it and us did. */
class OtherBytes extends Error {}

async function unpack(file: string, to: string): Promise<void> {
  // Root's tar would give the files to whoever packed them, and leave out the umask.
  const words = ["--no-same-owner", "--no-same-permissions", "--file", file, "--directory", to];
  try {
    await execa("tar", ["--extract", "--gzip", ...words], { env: { LC_ALL: "C" } });
  } catch (error) {
    const { stderr, originalMessage } = error as ExecaError;
    // The second is what it says of a file of which a part went onto the disk.
    if (/No space left on device|Wrote only/.test(String(stderr)))
      throw Object.assign(new Error("unpacking"), { code: "ENOSPC" });
    throw new Error(`unpacking failed: ${String(stderr).trim().split("\n")[0] || originalMessage}`);
  }
}
