import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
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

test("a full disk is said in words", async () => {
  const full = cached(cache, "cli", "1", quiet, async () => {
    throw Object.assign(new Error("write"), { code: "ENOSPC" });
  });
  await expect(full).rejects.toThrow(`cli: the disk is full. Make room at ${cache}`);
});

test("what a killed build left behind is thrown away", async () => {
  const reused = `${process.pid}-1`;
  for (const left of ["cli-1.unfinished", `cli-1.unfinished-${reused}-01234567`]) {
    await mkdir(join(cache, left));
    await writeFile(join(cache, left, "half"), "");
  }
  const entry = await cached(cache, "cli", "1", quiet, (folder) => writeFile(join(folder, "program"), ""));
  expect(await readdir(entry)).toEqual(["program"]);
  expect(await readdir(cache)).toEqual(["cli-1"]);
});

test("a build that loses its lock says so, harms nobody, and takes the result of the one that was faster", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const said: string[] = [];
  const slow = await cached(
    cache,
    "cli",
    "1",
    (line) => said.push(line),
    async (folder) => {
      await writeFile(join(folder, "program"), "slow");
      // as if it had been asleep while another took the lock over
      await rm(join(cache, "cli-1.lock"), { recursive: true });
      await vi.advanceTimersByTimeAsync(6_000);
      vi.useRealTimers();
      await vi.waitFor(() => expect(said).toHaveLength(1));
      await cached(cache, "cli", "1", quiet, (other) => writeFile(join(other, "program"), "fast"));
    },
  ).finally(() => vi.useRealTimers());
  expect(said[0]).toMatch(/^cli: this machine stood still/);
  expect(await readFile(join(slow, "program"), "utf8")).toBe("fast");
  expect(await readdir(cache)).toEqual(["cli-1"]);
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
