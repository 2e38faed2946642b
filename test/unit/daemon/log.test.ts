import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cureOf, explained } from "../../../local/daemon/cure.ts";
import { appendToLog, Log, logFile } from "../../../local/daemon/log.ts";

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "estate-log-"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

test("a log that has grown is rotated; two older ones are kept, and none of them ends as a log does", async () => {
  const log = new Log(logFile(data, "host/k3s"), { bytes: 100 });
  for (let count = 0; count < 12; count++) log.write(`${count} ${"x".repeat(40)}\n`);
  await log.end();
  const names = (await readdir(join(data, "logs", "host"))).toSorted();
  expect(names).toEqual(["k3s.log", "k3s.log.1", "k3s.log.2"]);
});

test("what is written to the end of a log is there when it was ended, and nothing after that", async () => {
  const log = new Log(logFile(data, "one"));
  log.write("first\n");
  await log.end();
  log.write("late\n");
  expect(await readFile(logFile(data, "one"), "utf8")).toBe("first\n");
});

test("a log that cannot be written says so, harms nobody, and goes on when it can", async () => {
  await writeFile(join(data, "logs"), "not a folder");
  const log = new Log(logFile(data, "one"), { pause: 50 });
  log.write("lost\n");
  await expect.poll(() => log.trouble).toMatch(/^its log cannot be written: ENOTDIR/);
  log.write("lost, too\n");
  await rm(join(data, "logs"));
  await expect.poll(() => log.trouble).toBeUndefined();
  log.write("kept\n");
  await log.end();
  const [gap, kept] = (await readFile(logFile(data, "one"), "utf8")).split("\n");
  expect(gap).toMatch(/^-- .* lines before this one are missing: its log cannot be written/);
  expect(kept).toBe("kept");
});

test("a log that is appended to in pieces is rotated, too", async () => {
  const file = logFile(data, "setup");
  for (const text of ["one\n", "two\n", "three\n"]) appendToLog(file, text, 6);
  expect(await readFile(file, "utf8")).toBe("three\n");
  expect(await readFile(`${file}.1`, "utf8")).toBe("one\ntwo\n");
});

test.each([
  ["ENOSPC: no space left on device, write", "the disk is full"],
  ["cp: error writing 'x': No space left on device", "the disk is full"],
  ["ENOSPC: System limit for number of file watchers reached, watch 'x'", "fs.inotify.max_user_watches"],
  ["could not bind: Address already in use", "ss -ltnp"],
  ["killed by SIGKILL: ", "want of memory"],
])("what is behind %j", (words, cure) => {
  expect(cureOf(words)).toContain(cure);
});

test("an error with a known cure begins with it; others stay as they are", () => {
  expect(explained(new Error("cp failed\nNo space left on device"))).toBe(
    "the disk is full; 'df -h' shows which one, make room on it (cp failed)",
  );
  expect(explained(new Error("no such network"))).toBe("no such network");
  expect(explained("a word")).toBe("a word");
});
