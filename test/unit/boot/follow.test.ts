import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Console } from "../../../local/boot/console.ts";
import { followLogs } from "../../../local/boot/follow.ts";
import { Log } from "../../../local/daemon/log.ts";

let folder: string;
let logs: string;
let console: Console;
const isUnit = (name: string) => ["k3s", "first"].includes(name);
const shown = () => (readFileSync(console.file, "utf8").match(/[\w-]+: .*$/gm) ?? []).map(String);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "estate-follow-"));
  logs = join(folder, "logs");
  mkdirSync(logs);
  console = new Console(join(folder, "console.log"));
  console.say("boot", "begins");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("each line is copied once and under its unit's name, however often its log is rotated", async () => {
  const followed = followLogs(logs, console, isUnit);
  const log = new Log(join(logs, "k3s.log"), { bytes: 300 });
  const lines = Array.from({ length: 60 }, (_, count) => `line ${count}`);
  for (const line of lines) {
    log.write(`${line}\n`);
    await sleep(5);
  }
  await log.end();
  followed.close();
  expect(shown()).toEqual(["boot: begins", ...lines.map((line) => `k3s: ${line}`)]);
});

test("what was said before this boot, and what is no unit of it, is not said again", async () => {
  writeFileSync(join(logs, "k3s.log"), "estate-reason: of the boot before\n");
  writeFileSync(join(logs, "20260101-1200-01-k3s.log"), "estate-reason: of last year\n");
  const followed = followLogs(logs, console, isUnit);
  appendFileSync(join(logs, "k3s.log"), "new\n");
  renameSync(join(logs, "k3s.log"), join(logs, "20260102-1200-01-k3s.log"));
  writeFileSync(join(logs, "k3s.log"), "newer\n");
  writeFileSync(join(logs, "stranger.log"), "estate-reason: of a stranger\n");
  await expect.poll(() => shown().includes("k3s: newer")).toBe(true);
  followed.close();
  expect(console.reason).toBeUndefined();
  expect(shown().filter((line) => line.includes("reason"))).toEqual([]);
});

test("a log that is renamed between two looks is read when it is there again", async () => {
  writeFileSync(join(logs, "k3s.log"), "");
  const followed = followLogs(logs, console, isUnit);
  renameSync(join(logs, "k3s.log"), join(logs, "k3s.log.1"));
  await sleep(20);
  writeFileSync(join(logs, "k3s.log"), "again\n");
  await expect.poll(shown).toContain("k3s: again");
  followed.close();
});

test("a folder that is deleted meanwhile ends nothing", async () => {
  const followed = followLogs(logs, console, isUnit);
  rmSync(logs, { recursive: true });
  await sleep(20);
  expect(() => followed.close()).not.toThrow();
});

test("a console that cannot be written is a reason, beside the one there is, until it can be", () => {
  console.fail("k3s", "no token");
  const { file } = console;
  rmSync(file);
  mkdirSync(file);
  expect(() => console.say("k3s", "more")).not.toThrow();
  expect(console.reason).toMatch(/^no token; its console cannot be written: EISDIR/);
  rmSync(file, { recursive: true });
  console.say("k3s", "more");
  expect(console.reason).toBe("no token");
});
