import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { imageFile } from "../../../cli/image.ts";

/** A publisher of one image, packed in every way. */
const image = Buffer.alloc(100_000, "an image ");
const packed: Readonly<Record<string, Buffer>> = {
  "/plain.img": image,
  "/packed.img.bz2": execFileSync("bzip2", ["-c"], { input: image }),
  "/packed.img.gz": execFileSync("gzip", ["-c"], { input: image }),
  "/packed.img.xz": execFileSync("xz", ["-c"], { input: image }),
};
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
let server: Server;
let origin: string;
let requests = 0;
let cache: string;

beforeAll(async () => {
  server = createServer(({ url = "" }, answer) => {
    requests += 1;
    const bytes = packed[url];
    answer.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "images-"));
  return () => rmSync(cache, { recursive: true });
});

describe("the file of an image", () => {
  it.each(Object.entries(packed))("is unpacked: %s", async (path, bytes) => {
    const file = await imageFile({ url: `${origin}${path}`, sha256: sha256(bytes) }, cache);
    expect(readFileSync(file).equals(image)).toBe(true);
  });

  it("is downloaded once", async () => {
    const plain = { url: `${origin}/plain.img`, sha256: sha256(image) };
    const first = await imageFile(plain, cache);
    const before = requests;
    expect(await imageFile(plain, cache)).toBe(first);
    expect(requests).toBe(before);
  });

  it("that is another one is not used, and nothing of it stays", async () => {
    const wrong = { url: `${origin}/plain.img`, sha256: "0".repeat(64) };
    await expect(imageFile(wrong, cache)).rejects.toThrow(/another file than image\.sha256 says .*Compare the hash/);
    await expect(imageFile(wrong, cache)).rejects.toThrow(/another file/);
  });

  it("that is not there is one clear error", async () => {
    const gone = { url: `${origin}/gone.img`, sha256: "0".repeat(64) };
    await expect(imageFile(gone, cache)).rejects.toThrow(/cannot be downloaded from .*gone\.img: it answers 404/);
  });
});
