import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freeLocks } from "../../../cli/state-lock.ts";

let folder: string;
let lock: string;
let said: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-lock-"));
  lock = join(folder, ".pulumi", "locks", "organization", "estate", "mine", "a.json");
  await mkdir(join(lock, ".."), { recursive: true });
  said = [];
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const lockedBy = async (pid: number, host = hostname()) =>
  writeFile(lock, JSON.stringify({ pid, username: "ada", hostname: host, timestamp: "2026-11-21T18:44:31Z" }));

const free = (whileItRuns: "wait" | "refuse" = "refuse", backend = `file://${folder}?no_tmp_dir=true`) =>
  freeLocks({
    ...{ stack: "mine", backend, hostname: hostname(), whileItRuns },
    say: (line) => void said.push(line),
  });

/** A process of this name that does nothing; a script has the name of its interpreter on some machines. */
async function running(name: string) {
  const program = join(folder, name);
  await copyFile("/bin/sleep", program);
  await chmod(program, 0o755);
  const child = spawn(program, ["60"], { stdio: "ignore" });
  await once(child, "spawn");
  const end = async () => {
    child.kill();
    await once(child, "exit");
  };
  return { pid: child.pid ?? 0, end };
}

test("the lock of a dead owner is shown and freed", async () => {
  const { pid, end } = await running("pulumi");
  await end();
  await lockedBy(pid);
  await free();
  expect(existsSync(lock)).toBe(false);
  expect(said).toEqual([
    `The state of stack mine was locked at 2026-11-21T18:44:31Z by process ${pid} of ada, which is gone; the lock is freed.`,
  ]);
});

test("so is one whose number another program has now, and one that was not written to its end", async () => {
  await lockedBy(process.pid);
  await free();
  await writeFile(lock, '{"pid":12');
  await free();
  expect(existsSync(lock)).toBe(false);
  expect(said[1]).toContain("by process 0 of somebody, which is gone");
});

test("the lock of a living owner is not; it says how to stop it in good order", async () => {
  const { pid, end } = await running("pulumi");
  await lockedBy(pid);
  await expect(free()).rejects.toThrow(
    `an update of stack mine still runs, since 2026-11-21T18:44:31Z (process ${pid} of ada); 'estate rollout status' shows it. To stop it in good order: kill -INT ${pid}`,
  );
  expect(existsSync(lock)).toBe(true);
  const freed = free("wait");
  await expect.poll(() => said.length).toBe(1);
  await end();
  await freed;
  expect(said[0]).toMatch(/^An update of stack mine still runs.*waiting for its end/);
  expect(existsSync(lock)).toBe(false);
});

test("the lock of another machine is not judged", async () => {
  await lockedBy(1, "elsewhere");
  await expect(free()).rejects.toThrow(/by process 1 of ada on elsewhere.*'pulumi cancel --stack mine' frees it/);
  expect(existsSync(lock)).toBe(true);
});

test("where the state is in no folder, or nobody locked it, nothing is done", async () => {
  await lockedBy(process.pid);
  await free("refuse", "s3://bucket");
  expect(existsSync(lock)).toBe(true);
  await rm(join(folder, ".pulumi"), { recursive: true });
  await free();
  expect(said).toEqual([]);
});
