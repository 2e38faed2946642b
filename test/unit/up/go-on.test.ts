/** What a timer does with a roll that was held back: it goes on with one of this very commit, and begins nothing. */
import { appendFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { cleanCommit } from "../../../cli/commit.ts";
import { readJournal } from "../../../cli/journal/journal.ts";
import { type RolloutStatus, rolloutStatus } from "../../../cli/journal/status.ts";
import { stackFilePath } from "../../../cli/stack-file.ts";
import { idle, whyIdle } from "../../../cli/up/go-on.ts";
import { plainDocument } from "../stacks/fixtures.ts";
import { fakePulumi } from "./fake-pulumi.ts";

const [here, other] = ["a1".repeat(20), "b2".repeat(20)];
const host = (name: string, role: string) => ({
  ...{ name, role, step: "hold", state: "waiting", since: "t", text: "closed until fri 22:00", health: "unknown" },
});
const held = {
  ...{ result: "held", text: "", commit: here, hosts: [host("worker-01", "worker"), host("bbb-01", "bbb")] },
} as RolloutStatus;

describe("a timer", () => {
  it("goes on with a roll of this commit as soon as one of its hosts may be begun", () => {
    expect(idle(held, here, () => undefined)).toBeUndefined();
    expect(idle(held, here, (role) => (role === "bbb" ? "closed" : undefined))).toBeUndefined();
  });

  it("waits, with 75, while none may", () => {
    const waits = idle(held, here, (role) => `closed for ${role}`);
    expect(waits).toEqual({
      exitCode: 75,
      text: "2 hosts are left (worker-01, bbb-01): closed for worker; closed for bbb.",
    });
  });

  it.each([
    ["another commit is here", { ...held, commit: other }, here, /of the commit b2b2b2b2, and here is a1a1a1a1/],
    ["something was changed here", held, undefined, /of the commit a1a1a1a1, and here is something else/],
    ["it was of no commit alone", { ...held, commit: undefined }, undefined, /of no commit alone/],
    ["the last roll is done", { ...held, result: "done" }, here, /is done/],
    ["the last roll failed", { ...held, result: "failed" }, here, /somebody must look/],
    ["the last roll was broken off", { ...held, result: "unknown" }, here, /somebody must look/],
    ["a roll runs", { ...held, result: "running" }, here, /a roll runs/],
    ["there was none", { ...held, result: "none" }, here, /no roll is known/],
  ])("does nothing, with 0, where %s", (_, status, commit, why) => {
    const { exitCode, text = "" } = idle(status as RolloutStatus, commit, () => undefined) ?? {};
    expect([exitCode, text]).toEqual([0, expect.stringMatching(/^Nothing is done: /)]);
    expect(text).toMatch(why);
  });
});

describe("estate up --continue", { timeout: 60_000 }, () => {
  const stack = `local-go-on-${process.pid}`;
  let fake: ReturnType<typeof fakePulumi>;
  let clone: string;
  const journal = () => join(fake.folder, "journal");
  const line = (more: object) => {
    const entry = { time: new Date().toISOString(), stack, update: "u1", text: "", ...more };
    appendFileSync(journal(), `${JSON.stringify(entry)}\n`);
  };
  const updates = () => fake.calls().filter(({ args }) => args?.[0] === "up");
  beforeEach(async () => {
    fake = fakePulumi(stack);
    clone = await mkdtemp(join(tmpdir(), "estate-clone-"));
    const document = plainDocument();
    const { worker } = document.roles as { worker: { rollout: object } };
    Object.assign(worker.rollout, {
      window: { days: ["fri"], from: "22:00", to: "23:00", timeZone: "UTC" },
    });
    await writeFile(stackFilePath(stack), stringify({ config: { "estate:estate": document } }));
    vi.stubEnv("ESTATE_JOURNAL", journal());
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await fake.remove();
    await rm(clone, { recursive: true, force: true });
    await rm(stackFilePath(stack), { force: true });
  });

  it("goes by the journal, the windows of the document and what is checked out", async () => {
    const git = async (...args: readonly string[]) =>
      execa("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], { cwd: clone });
    await git("init", "--quiet");
    await git("commit", "--quiet", "--allow-empty", "--message", "one");
    line({ step: "up", state: "begun", commit: await cleanCommit(clone) });
    line({ step: "hold", state: "waiting", host: "worker-01", role: "worker", text: "closed" });
    line({ step: "up", state: "waiting", commit: await cleanCommit(clone) });
    const [friday, monday] = [new Date("2026-11-27T22:30:00Z"), new Date("2026-11-23T22:30:00Z")];
    expect(await whyIdle(stack, friday, clone)).toBeUndefined();
    expect(await whyIdle(stack, monday, clone)).toMatchObject({ exitCode: 75 });
    await git("commit", "--quiet", "--allow-empty", "--message", "two");
    expect(await whyIdle(stack, friday, clone)).toMatchObject({ exitCode: 0 });
  });

  it("does not wake the engine where there is nothing to go on with, and says why", async () => {
    line({ step: "up", state: "waiting", commit: other });
    const { exitCode, stdout, stderr } = await fake.estate(["up", "--yes", "--continue", "--json"]);
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ stack, result: "nothing", text: expect.stringContaining("b2b2b2b2") });
    await fake.estate(["up", "--yes"]);
    expect([fake.calls().filter(({ args }) => args?.[0] === "preview").length, updates().length]).toEqual([1, 1]);
    // what that was of is in its journal, for the next
    const { commit } = rolloutStatus(await readJournal(stack), new Date());
    expect(commit).toBe(await cleanCommit());
  });
});
