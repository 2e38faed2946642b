/**
 * `estate state` with the real command line of Pulumi, on each of the backends of cli/state/README.md: a folder, a real PostgreSQL, a
 * real server of the S3 API, which test/run.ts builds. The stack has one resource and one secret; locks are those of real updates, two
 * of them killed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { interruptedFindings, mayRun } from "../../../cli/drift/interruption.ts";
import { activityOf, updatingBy } from "../../../cli/drift/updating.ts";
import type { Checkpoint } from "../../../cli/interrupted.ts";
import { copyProgram, discard } from "../../engine/estate.ts";
import { databasePassword, folderBackend, postgresBackend, s3Backend } from "./backends.ts";
import type { Backend } from "./server.ts";

const secret = "unique-value-of-a-secret";
const passphrase = "unique-passphrase-of-the-state";
/** `TEST_WAITS` names a file: as long as it is there, the update is at a resource, and holds its lock. */
const program = `import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
const { TEST_SAYS: says = "", TEST_WAITS: file } = process.env;
new command.local.Command("greeting", { create: "cat", stdin: says });
const waits = "touch " + file + "; while [ -e " + file + " ]; do sleep 0.2; done";
if (file) new command.local.Command("slow", { create: waits });
export const password = new pulumi.Config("estate").requireSecret("password");
`;

describe.each([
  ["a folder", folderBackend],
  ["PostgreSQL", postgresBackend],
  ["object storage", s3Backend],
])("the state in %s", (_, start) => {
  let backend: Backend;
  let copy: string;
  let kept: string;
  /** All that was said, for a last look. */
  let said = "";

  beforeAll(async () => {
    backend = await start();
    copy = await copyProgram();
    kept = await mkdtemp(join(tmpdir(), "estate-kept-"));
    await writeFile(join(copy, "index.ts"), program);
  });
  afterAll(async () => {
    await discard(copy);
    await rm(kept, { recursive: true, force: true });
    await backend.stop();
  });

  const environment = (more: NodeJS.ProcessEnv = {}) => ({
    ...{ ...process.env, PULUMI_BACKEND_URL: backend.url, ...backend.environment, ESTATE_BACKUPS: kept },
    ...{ PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: undefined, PULUMI_STACK: "kept" },
    ...{ ESTATE_INSIDE: "", ...more },
  });
  async function run(file: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) {
    const options = {
      cwd: copy,
      env: environment(more),
      extendEnv: false,
      all: true,
      stdin: "ignore",
      reject: false,
    } as const;
    const result = await execa(file, args, options);
    said += `${result.all}\n`;
    return result;
  }
  const pulumi = async (args: readonly string[], more?: NodeJS.ProcessEnv) => {
    const result = await run("pulumi", [...args, "--stack", "kept", "--non-interactive"], more);
    expect(result.exitCode, result.all).toBe(0);
    return result.stdout;
  };
  const estate = (args: readonly string[], more?: NodeJS.ProcessEnv) =>
    run(process.execPath, ["cli/main.ts", ...args], more);
  const state = async (args: readonly string[]) => {
    const result = await estate(["state", ...args, "--json"]);
    return { ...result, told: JSON.parse(result.stdout || "{}") };
  };
  const up = async (says: string) => {
    const result = await estate(["up", "--yes"], { TEST_SAYS: says });
    expect(result.exitCode, result.all).toBe(0);
  };
  const greeting = async () => {
    const { deployment } = JSON.parse(await pulumi(["stack", "export"]));
    const resources: { type: string; outputs: { stdout?: string } }[] = deployment.resources ?? [];
    return resources.find(({ type }) => type === "command:local:Command")?.outputs.stdout;
  };

  /** An update that holds the lock until it is killed, as the machine `hostname` where one is named. */
  async function stuckUpdate(hostname?: string): Promise<{ kill: () => Promise<void>; pid: number }> {
    const file = join(kept, "waits");
    const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "kept"];
    const named = ["--uts", "sh", "-c", `hostname ${hostname} && exec pulumi "$@"`, "sh", ...args];
    const env = environment({ TEST_SAYS: "stuck", TEST_WAITS: file });
    const options = { cwd: copy, env, stdio: "ignore", detached: true } as const;
    const child: ChildProcess = hostname ? spawn("unshare", named, options) : spawn("pulumi", args, options);
    await expect.poll(() => existsSync(file), { timeout: 60_000, interval: 200 }).toBe(true);
    const kill = async () => {
      const gone = once(child, "exit");
      process.kill(-(child.pid ?? 0), "SIGKILL");
      await gone;
      // what the engine had started ends by itself
      await rm(file, { force: true });
    };
    return { kill, pid: child.pid ?? 0 };
  }

  test("holds a stack with its secret encrypted, and no backup before there is anything", async () => {
    await pulumi(["stack", "init"]);
    await pulumi(["config", "set", "--secret", "estate:password", secret]);
    expect((await state(["unlock"])).told).toEqual({ stack: "kept", result: "free", holders: [] });
    await up("one");
    expect(await greeting()).toBe("one");
    expect((await pulumi(["stack", "export"])).includes(secret)).toBe(false);
    expect(
      (
        await execa("pulumi", ["stack", "output", "password", "--show-secrets", "--stack", "kept"], {
          cwd: copy,
          env: environment(),
        })
      ).stdout,
    ).toBe(secret);
    expect((await state(["backups"])).told.backups).toEqual([]);
  });

  test("is backed up before each update, for its owner alone", async () => {
    await up("two");
    await up("three");
    const { backups } = (await state(["backups"])).told;
    expect(backups.map(({ occasion }: { occasion: string }) => occasion)).toEqual(["up", "up"]);
    for (const { file } of backups) {
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await readFile(file, "utf8")).includes(secret)).toBe(false);
    }
  });

  test("is restored, and what was there is kept; the next update goes on from there", async () => {
    const [{ name }] = (await state(["backups"])).told.backups;
    const refused = await estate(["state", "restore", name]);
    expect([refused.exitCode, await greeting()]).toEqual([1, "three"]);
    const { exitCode, told, all } = await state(["restore", name, "--yes"]);
    expect(exitCode, all).toBe(0);
    expect(await greeting()).toBe("two");
    expect(told.difference.changed).toMatchObject([
      { name: "greeting", properties: expect.arrayContaining(["outputs.stdout"]) },
    ]);
    expect((await state(["restore", told.before.name, "--yes"])).exitCode).toBe(0);
    expect(await greeting()).toBe("three");
    expect(await pulumi(["config", "get", "estate:password"])).toBe(secret);
    await up("four");
    expect(await greeting()).toBe("four");
  });

  const exported = async () => JSON.parse(await pulumi(["stack", "export"])) as Checkpoint;

  test("is written by an update, which is so seen without its lock, and by nobody else", async () => {
    const before = await exported();
    expect(updatingBy(before, await exported())).toBeUndefined();
    const { kill } = await stuckUpdate();
    const state = await exported();
    expect(updatingBy(before, state)?.since).toBe(state.deployment.manifest?.time);
    const activity = await activityOf("kept", environment(), hostname());
    // the lock can be read in a folder alone; elsewhere nobody says that it was killed
    const inFolder = backend.url.startsWith("file://");
    expect([activity.seesAll, activity.updating !== undefined]).toEqual([inFolder, inFolder]);
    const [finding] = interruptedFindings(state, activity);
    expect([finding?.name, finding && mayRun(finding)]).toEqual(["slow", !inFolder]);
    await kill();
    expect((await estate(["state", "unlock"])).exitCode).toBe(0);
    expect((await estate(["state", "recover", "--yes"])).exitCode).toBe(0);
  });

  test("says who holds its lock, and frees it once that engine is gone", async () => {
    const { kill, pid } = await stuckUpdate();
    const held = await state(["unlock", "--force"]);
    expect([held.exitCode, held.told.result]).toEqual([3, "held"]);
    expect(held.told.holders).toMatchObject([{ pid, life: "runs" }]);
    // what it is at is in the state as well, and must not be taken for interrupted
    const working = await state(["recover", "--yes"]);
    expect([working.exitCode, working.told.result]).toEqual([3, "held"]);
    await kill();
    const freed = await state(["unlock"]);
    expect([freed.exitCode, freed.told.result], freed.all).toEqual([0, "freed"]);
    expect(freed.told.holders).toMatchObject([{ pid, life: "gone" }]);
    expect((await state(["unlock"])).told.result).toBe("free");
  });

  test("knows what the killed engine was at, and is put right after a look", async () => {
    const looked = await state(["recover", "--dry-run"]);
    expect([looked.exitCode, looked.told.result]).toEqual([2, "wreck"]);
    expect(looked.told.interrupted).toEqual([{ operation: "creating", type: "command:local:Command", name: "slow" }]);
    const refused = await estate(["state", "recover"]);
    expect([refused.exitCode, refused.all]).toEqual([1, expect.stringContaining("add --yes")]);
    const { exitCode, told, all } = await state(["recover", "--yes"]);
    expect([exitCode, told.result], all).toEqual([0, "recovered"]);
    expect((await state(["recover", "--dry-run"])).told.interrupted).toEqual([]);
    expect((await state(["backups"])).told.backups[0]).toMatchObject({ occasion: "recover" });
    await up("five");
  });

  test("keeps the lock of another machine until somebody says that he has looked", async () => {
    const { kill } = await stuckUpdate("elsewhere");
    const unsure = await state(["unlock"]);
    expect([unsure.exitCode, unsure.told.result]).toEqual([4, "unsure"]);
    expect(unsure.told.holders).toMatchObject([{ hostname: "elsewhere", life: "unknown" }]);
    const refused = await estate(["up", "--yes"], { TEST_SAYS: "six" });
    expect([refused.exitCode, refused.all]).toEqual([1, expect.stringContaining("locked")]);
    await kill();
    expect((await state(["unlock", "--force"])).told.result).toBe("freed");
    await up("seven");
    expect(await greeting()).toBe("seven");
  });

  test("is gone after a destroy, and the backup of it is there; nothing that was said holds a secret", async () => {
    const destroyed = await estate(["destroy", "--yes"]);
    expect(destroyed.exitCode, destroyed.all).toBe(0);
    expect(await greeting()).toBeUndefined();
    expect((await readdir(join(kept, "kept"))).some((name) => name.endsWith("-destroy.json"))).toBe(true);
    // compared here: a failed expectation would print them; the secret was asked for once, by its name
    const shown = [passphrase, databasePassword, "unique-key-of-the-state"].filter((one) => said.includes(one));
    expect(shown).toHaveLength(0);
    expect(said.split(secret)).toHaveLength(2);
  });
});
