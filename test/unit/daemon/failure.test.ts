import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { notRunning } from "../../../local/daemon/client.ts";
import { failing, forgetFailure, lastFailure } from "../../../local/daemon/failure.ts";
import { Progress } from "../../../local/daemon/progress.ts";
import { Trouble } from "../../../local/say.ts";

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "estate-failure-"));
  await mkdir(join(data, "logs"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** A daemon that fails, and what came of it. */
function daemon({ end = async () => undefined, folder = data }: { end?: () => Promise<void>; folder?: string } = {}) {
  const exit = vi.fn();
  const show = vi.fn();
  return { exit, show, fail: failing({ data: folder, show, end, exit, seconds: 0.05 }) };
}

test("what an operator can cure is kept word by word, until the next daemon begins", async () => {
  const { fail, show, exit } = daemon();
  await fail(new Trouble("mariadb does not start"));
  expect(show).toHaveBeenCalledWith("mariadb does not start");
  expect(exit).toHaveBeenCalledOnce();
  expect(notRunning(lastFailure(data))).toBe(
    "the local stack is not running. It ended by itself: mariadb does not start\nAfter the cure, 'estate local up' starts it",
  );
  forgetFailure(data);
  expect(notRunning(lastFailure(data))).toBe("the local stack is not running; 'estate local up' starts it");
});

test("what nobody expected is one line with its cure; where it happened is in the log", async () => {
  const { fail, show } = daemon();
  await fail(new Error("ENOSPC: no space left on device, write"));
  expect(show).toHaveBeenCalledWith(
    expect.stringMatching(/^the local stack's daemon failed: the disk is full; 'df -h'/),
  );
  expect(show.mock.calls[0]?.[0]).not.toContain("\n");
  expect(await readFile(join(data, "logs", "daemon.log"), "utf8")).toContain("failure.test.ts");
});

test.each([
  ["nothing can be written", { folder: "/proc/nowhere" }],
  ["the end fails", { end: () => Promise.reject(new Error("no")) }],
  ["the end takes for ever", { end: () => new Promise<void>(() => undefined) }],
])("the daemon ends even if %s", async (_, given) => {
  const { fail, exit, show } = daemon(given);
  await fail(new Error("first"));
  expect(show).toHaveBeenCalledOnce();
  expect(exit).toHaveBeenCalledOnce();
});

test("what goes wrong on the way to the end is noted, and does not end it twice", async () => {
  const { fail, exit } = daemon();
  await Promise.all([fail(new Error("first")), fail(new Error("second"))]);
  expect(exit).toHaveBeenCalledOnce();
  expect(lastFailure(data)).toContain("first");
  expect(await readFile(join(data, "logs", "daemon.log"), "utf8")).toContain("second");
});

test("a daemon that failed does not run again when what was under way is done", () => {
  const progress = new Progress();
  progress.fail("the disk is full");
  progress.say("stopping");
  progress.finish();
  expect(progress.state).toEqual({ state: "failed", step: "stopping", error: "the disk is full" });
});

test("an error that nobody hears ends the process in good order", async () => {
  const module = join(import.meta.dirname, "../../../local/daemon/failure.ts");
  const script = join(data, "daemon.ts");
  await writeFile(
    script,
    `import { failing } from ${JSON.stringify(module)};
     const end = async () => void process.stdout.write("ended");
     const fail = failing({ data: ${JSON.stringify(data)}, show: () => {}, end, exit: () => process.exit(1) });
     process.on("uncaughtException", (error) => void fail(error));
     setTimeout(() => { throw new Error("from a timer"); }, 10);
     setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "ignore"] });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect([said, code]).toEqual(["ended", 1]);
  expect(lastFailure(data)).toContain("from a timer");
});
