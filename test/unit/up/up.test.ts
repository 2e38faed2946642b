import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { estateBackups } from "../../../cli/estate-folder.ts";
import { listBackups } from "../../../cli/state/backups.ts";
import { begins, command, fails, fakePulumi, gateFailed, says, server } from "./fake-pulumi.ts";

const stack = `local-up-${process.pid}`;
let fake: ReturnType<typeof fakePulumi>;
beforeEach(() => {
  fake = fakePulumi(stack);
});
afterEach(() => fake.remove());

const updates = () => fake.calls().filter(({ args }) => args?.[0] === "up");
const held = "worker-01 hold waiting paused (test); it goes on later";
const refused = gateFailed("worker-01-drain", "exit status 1: worker-01 was not begun");

describe("estate up", { timeout: 60_000 }, () => {
  it("ends with 0 when the engine does, and has told the gates which update it is", async () => {
    const { exitCode, stdout, stderr } = await fake.estate(["up", "--yes", "--json"], {
      journal: ["worker-01 drain begun", "worker-01 soak done ready"],
    });
    expect(exitCode, stderr).toBe(0);
    const { result, update, hosts, left } = JSON.parse(stdout);
    expect([result, left, hosts[0].health]).toEqual(["done", [], "up"]);
    expect(stderr).toMatch(/^\d\d:\d\d:\d\dZ worker-01: soak done: ready$/m);
    const [{ args, environment } = {}] = updates();
    expect(args).toContain("--skip-preview");
    expect(environment).toMatchObject({ ESTATE_UPDATE: update });
    expect(environment).not.toHaveProperty("ESTATE_BUDGET_END");
  });

  it("ends with 75 when nothing failed but gates that hold back, and says which hosts are left", async () => {
    const { exitCode, stdout } = await fake.estate(["up", "--yes"], {
      ...{ journal: [held], events: refused, exitCode: 255 },
      preview: [begins(server, "worker-01", "replace"), begins(server, "worker-02", "replace"), begins(command, "x")],
    });
    expect(exitCode).toBe(75);
    expect(stdout).toBe("2 hosts are left (worker-01, worker-02): paused (test); it goes on later.");
    const status = await fake.estate(["rollout", "status"]);
    expect(status.exitCode).toBe(75);
    expect(status.stdout).toContain("2 hosts are left (worker-01, worker-02): paused (test)");
  });

  it.each([
    ["another resource failed too", [...refused, fails(server, "bbb-01", "create")]],
    ["another gate failed too", [...gateFailed("bbb-01-drain", "no"), ...refused]],
    ["the program has a mistake", [...refused, says("Running program failed with an unhandled exception")]],
    ["something else of the same update was told", [...refused, says("quota exceeded", server, "bbb-01")]],
  ])("ends with 1 when %s", async (_, events) => {
    const { exitCode } = await fake.estate(["up", "--yes"], { journal: [held], events, exitCode: 255 });
    expect(exitCode).toBe(1);
  });

  it("says why it failed: what the engine says of each resource, or else the end of what pulumi said", async () => {
    const told = await fake.estate(["up", "--yes"], {
      ...{ events: gateFailed("bbb-01-ready", "bbb-01 did not join"), exitCode: 255 },
      journal: ["bbb-01 join failed did not join"],
    });
    expect(told.stderr).toContain("bbb-01-ready: bbb-01 did not join");
    expect(told.stderr).not.toContain("update failed");
    const silent = await fake.estate(["up", "--yes"], { output: "error: the stack is locked\n", exitCode: 255 });
    expect([told.exitCode, silent.exitCode]).toEqual([1, 1]);
    expect(silent.stderr).toContain("  error: the stack is locked");
    expect((await fake.estate(["rollout", "status"])).exitCode).toBe(1);
  });

  it("passes Ctrl-C on once, and waits for the engine", async () => {
    const running = fake.estate(["up", "--yes"], { untilInterrupted: true, exitCode: 255 });
    while (!existsSync(join(fake.folder, "calls")) || !fake.calls().some((call) => "running" in call)) await sleep(100);
    for (let times = 0; times < 3; times += 1) {
      running.kill("SIGINT");
      await sleep(100);
    }
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`'pulumi up' on the stack ${stack} was stopped before its end`);
    expect(fake.calls().filter(({ signal }) => signal === "SIGINT")).toHaveLength(1);
  });

  it("gives the gates the end of its time budget", async () => {
    const before = Date.now();
    await fake.estate(["up", "--yes", "--budget", "90"]);
    const end = Date.parse(updates()[0]?.environment?.ESTATE_BUDGET_END ?? "");
    expect((end - before) / 60_000).toBeGreaterThanOrEqual(90);
    expect((end - before) / 60_000).toBeLessThan(91.5);
    expect((await fake.estate(["up", "--yes", "--budget", "soon"])).stderr).toContain("write minutes, such as 90");
  });

  it("does not begin without --yes where nobody can be asked, nor beside an update that still runs", async () => {
    const unasked = await fake.estate(["up"]);
    expect([unasked.exitCode, unasked.stderr]).toEqual([1, expect.stringContaining("add --yes")]);
    const program = join(fake.folder, "state", "pulumi");
    const locks = join(fake.folder, "state", ".pulumi", "locks", "organization", "estate", stack);
    mkdirSync(locks, { recursive: true });
    copyFileSync("/bin/sleep", program);
    const other = spawn(program, ["60"], { stdio: "ignore" });
    const lock = { pid: other.pid, username: "ada", hostname: hostname(), timestamp: "t" };
    writeFileSync(join(locks, "a.json"), JSON.stringify(lock));
    const beside = await fake.estate(["up", "--yes"]);
    expect([beside.exitCode, beside.stderr]).toEqual([1, expect.stringContaining("still runs")]);
    expect(updates()).toEqual([]);
    other.kill();
    await once(other, "exit");
    const after = await fake.estate(["up", "--yes"]);
    expect([after.exitCode, after.stderr]).toEqual([0, expect.stringContaining("the lock is freed")]);
  });

  it("after an interruption updates twice, and takes over at first; until one succeeded, that is remembered", async () => {
    const pending = [{ type: "deleting", resource: { urn: "urn:pulumi:mine::estate::x::y", type: "x", id: "1" } }];
    const takesOver = () =>
      updates().map(({ environment }) => "PULUMI_K8S_UPSERT_EXISTING_OBJECTS" in (environment ?? {}));
    await fake.estate(["up", "--yes"], { pending, exitCode: 255 });
    expect(takesOver()).toEqual([true]);
    await fake.estate(["up", "--yes"]);
    expect(takesOver()).toEqual([true, true, false]);
    await fake.estate(["up", "--yes"]);
    expect(takesOver()).toEqual([true, true, false, false]);
  });

  it("keeps the state of a killed update before it puts that right, and touches nothing where it cannot be kept", async () => {
    const pending = [{ type: "deleting", resource: { urn: "urn:pulumi:mine::estate::x::y", type: "x", id: "1" } }];
    const scenario = { pending, resources: [{ urn: "urn:pulumi:mine::estate::x::z", type: "x" }] };
    await fake.estate(["up", "--yes"], scenario);
    const kept = await listBackups({ folder: estateBackups(stack) });
    expect(kept.map(({ occasion }) => occasion)).toEqual(["recover"]);
    expect(JSON.parse(readFileSync(kept[0]?.file ?? "", "utf8")).deployment.pending_operations).toEqual(pending);
    await fake.remove();
    fake = fakePulumi(stack, { ESTATE_BACKUPS: "/dev/null" });
    const { exitCode, stderr } = await fake.estate(["up", "--yes"], scenario);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("the backups cannot be read")]);
    expect(fake.calls().map(({ args }) => args?.slice(0, 2))).toEqual([["stack", "export"]]);
  });
});

describe("estate destroy", { timeout: 60_000 }, () => {
  it("tells the gates, and ends as pulumi does", async () => {
    const { exitCode } = await fake.estate(["destroy", "--yes"], { exitCode: 255 });
    expect(exitCode).toBe(255);
    const [call] = fake.calls().filter(({ args }) => args?.[0] === "destroy");
    expect(call?.args).toEqual(["destroy", "--stack", stack, "--yes", "--skip-preview"]);
    expect(call?.environment).toMatchObject({ ESTATE_DESTROY: "1" });
  });

  const volume = (protect: boolean) => ({
    ...{ type: "openstack:blockstorage/volume:Volume", custom: true, protect, outputs: { size: 100 } },
    urn: "urn:pulumi:mine::estate::estate:storage:HostVolumes$openstack:blockstorage/volume:Volume::bbb-01-recordings",
  });
  const did = () => fake.calls().filter(({ args }) => args?.[0] === "destroy" || args?.[0] === "state");

  it("names the data that goes, with --yes too, before it begins", async () => {
    const { exitCode, stderr } = await fake.estate(["destroy", "--yes"], { resources: [volume(false)] });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /^This data goes with the stack .*, and nothing brings it back:\n {2}Volume bbb-01-recordings, 100 GiB$/m,
    );
    expect(did()).toHaveLength(1);
  });

  it("refuses what is protected, before anything is done, until it is told that it goes too", async () => {
    const resources = [volume(true)];
    const refused = await fake.estate(["destroy", "--yes"], { resources });
    expect([refused.exitCode, did()]).toEqual([4, []]);
    expect(refused.stderr).toContain("what is protected would go (bbb-01-recordings)");
    const told = await fake.estate(["destroy", "--yes", "--protected"], { resources });
    expect(told.exitCode).toBe(0);
    expect(did().map(({ args }) => args?.slice(0, 3).join(" "))).toEqual([
      "state unprotect --all",
      `destroy --stack ${stack}`,
    ]);
  });
});
