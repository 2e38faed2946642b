import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cached, contentKey } from "../../../local/cache.ts";

let cache: string;
const quiet = () => undefined;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "estate-cache-"));
});
afterEach(async () => rm(cache, { recursive: true, force: true }));

test("two builds of the same entry at once build once, and the second says what it waits for", async () => {
  let builds = 0;
  const said: string[] = [];
  const build = async (folder: string) => {
    builds += 1;
    await new Promise((resolve) => setTimeout(resolve, 300));
    await writeFile(join(folder, "program"), "made");
  };
  const both = await Promise.all([1, 2].map(() => cached(cache, "cli", "1", (line) => said.push(line), build)));
  expect(builds).toBe(1);
  expect(new Set(both).size).toBe(1);
  expect(await readFile(join(both[0] ?? "", "program"), "utf8")).toBe("made");
  expect(said).toEqual(["cli: another build of it is running; waiting for that one"]);
});

test("a failed build leaves nothing that looks finished, and the next one starts afresh", async () => {
  const broken = cached(cache, "cli", "1", quiet, async (folder) => {
    await writeFile(join(folder, "half"), "");
    throw new Error("the disk is full");
  });
  await expect(broken).rejects.toThrow("the disk is full");
  const entry = await cached(cache, "cli", "1", quiet, (folder) => writeFile(join(folder, "program"), ""));
  expect(await readdir(entry)).toEqual(["program"]);
});

test("what a killed build left behind is thrown away", async () => {
  await mkdir(join(cache, "cli-1.unfinished"));
  await writeFile(join(cache, "cli-1.unfinished", "half"), "");
  const entry = await cached(cache, "cli", "1", quiet, (folder) => writeFile(join(folder, "program"), ""));
  expect(await readdir(entry)).toEqual(["program"]);
});

test("the key changes with a file's name, its bytes, and each word", async () => {
  const key = () => contentKey([{ file: cache }, "go1.26", "-s"]);
  await writeFile(join(cache, "main.go"), "package main");
  const first = await key();
  expect(await key()).toBe(first);
  await writeFile(join(cache, "main.go"), "package other");
  const second = await key();
  await rm(join(cache, "main.go"));
  await writeFile(join(cache, "host.go"), "package other");
  const keys = [first, second, await key(), await contentKey([{ file: cache }, "go1.26-s"])];
  expect(new Set(keys).size).toBe(4);
});
