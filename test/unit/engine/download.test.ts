import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Archive, archivesOf } from "../../../local/engine/archives.ts";
import { downloaded } from "../../../local/engine/download.ts";
import { pieces } from "../../../local/engine/pieces.ts";
import { Trouble } from "../../../local/say.ts";
import { cli, fakeTar, type Published, publish } from "./publisher.ts";

let machine: string;
let pulumi: Published;
let said: string[];

beforeEach(async () => {
  machine = await mkdtemp(join(tmpdir(), "estate-download-"));
  pulumi = await publish(join(machine, "published"));
  said = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await pulumi[Symbol.asyncDispose]();
  await rm(machine, { recursive: true, force: true });
});

const cache = () => join(machine, "cache");
const archive = () => archivesOf(pieces(), pulumi, "x64")[0] as Archive;
const limits = { answer: 5, silence: 30, size: 2 ** 30 };
const short = { ...limits, answer: 0.2, silence: 0.2 };
const download = (one = archive(), to = limits) =>
  downloaded(
    one,
    cache(),
    (line) => said.push(line),
    (line) => said.push(line),
    to,
  );

test("an archive from a host that takes the connection and says nothing is given up", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as { port: number };
  const url = `http://127.0.0.1:${port}/${cli}.tar.gz`;
  expect(await download({ ...archive(), url }, short)).toBeUndefined();
  expect(said).toEqual([
    `${cli}: downloading from 127.0.0.1:${port}`,
    `${cli}: not downloaded (nothing came for 0.2 s)`,
  ]);
  silent.close();
});

test("an archive from a host that falls silent in the middle is given up", async () => {
  pulumi.answer((response, file) => response.write(file.subarray(0, 10)));
  expect(await download(archive(), short)).toBeUndefined();
  expect(said.at(-1)).toBe(`${cli}: not downloaded (nothing came for 0.2 s)`);
  expect(await readdir(cache())).toEqual([]);
});

test("an archive from a host that sends more than any archive has is given up", async () => {
  expect(await download(archive(), { ...limits, size: 10 })).toBeUndefined();
  expect(said.at(-1)).toBe(`${cli}: not downloaded (it is larger than 10 bytes)`);
});

test("an archive belongs to whoever unpacks it", async () => {
  const folder = await download();
  expect(await stat(join(folder ?? "", "pulumi"))).toMatchObject({ uid: process.getuid?.() });
});

test.each(["tar: pulumi: Cannot write: No space left on device", "tar: pulumi: Wrote only 2560 of 10240 bytes"])(
  "an archive that does not fit on the disk is an error that says so: %s",
  async (line) => {
    await fakeTar(machine, `echo '${line}' >&2; exit 2`);
    const full = download();
    await expect(full).rejects.toThrow(`${cli}: the disk is full. Make room at ${cache()}`);
    await expect(full).rejects.toBeInstanceOf(Trouble);
  },
);

test("an archive that tar cannot unpack is told, too", async () => {
  vi.stubEnv("PATH", "/nowhere");
  expect(await download()).toBeUndefined();
  expect(said.at(-1)).toMatch(/not downloaded \(unpacking failed: .*ENOENT/);
});
