import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cached } from "../local/cache.ts";
import { causeOf } from "../local/cause.ts";
import { fetchFile } from "../local/fetch-file.ts";
import { place } from "../local/place.ts";
import { Trouble } from "../local/say.ts";
import { textOf } from "./report.ts";

/** A host image at its publisher. */
export interface PublishedImage {
  readonly url: string;
  /** Of the file as it is downloaded: 64 hexadecimal digits. */
  readonly sha256: string;
}

/** How files are unpacked, by the end of their names. */
const unpackers: Readonly<Record<string, string>> = { ".bz2": "bzip2", ".gz": "gzip", ".xz": "xz" };

/** An image has a few GiB at most; a server far away may be slow to begin. */
const limits = { answer: 30, silence: 120, size: 16 * 2 ** 30 };

/**
 * The file of an image, unpacked, in the cache: downloaded once, and only if its bytes have the hash.
 *
 * @throws Trouble when it cannot be downloaded or is another file than the document says
 */
export async function imageFile({ url, sha256 }: PublishedImage, cache = place().cache): Promise<string> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const entry = await cached(cache, "image", sha256, say, async (folder) => {
    const download = join(folder, "download");
    say(`downloading ${url}`);
    const found = await fetchFile(url, download, limits).catch((error: unknown) => {
      throw new Trouble(
        `the image cannot be downloaded from ${url}: ${causeOf(error)}. Write another address in image.url.`,
      );
    });
    if (found !== sha256)
      throw new Trouble(
        `${url} is another file than image.sha256 says (expected ${sha256}, got ${found}): it is not used. Compare the hash with the publisher's.`,
      );
    await unpack(url, download, join(folder, "image"));
  });
  return join(entry, "image");
}

async function unpack(url: string, from: string, to: string): Promise<void> {
  const [, unpacker] = Object.entries(unpackers).find(([end]) => new URL(url).pathname.endsWith(end)) ?? [];
  if (!unpacker) return rename(from, to);
  await execa(unpacker, ["--decompress", "--stdout", from], { stdout: { file: to } });
  await rm(from);
}

if (import.meta.main) {
  const { IMAGE_URL: url = "", IMAGE_SHA256: sha256 = "" } = process.env;
  await imageFile({ url, sha256 })
    .then((file) => process.stdout.write(file))
    .catch((error: unknown) => {
      process.stderr.write(`${textOf(error)}\n`);
      process.exitCode = 1;
    });
}
