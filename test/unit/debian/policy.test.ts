import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { removeLeftover, withoutServices } from "../../../local/debian/policy.ts";
import { project } from "../../../local/place.ts";

let folder: string;
let policy: string;
const quiet = () => undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-policy-"));
  policy = join(folder, "policy-rc.d");
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

/** A process that installs until it is told to stop, and then needs a moment, as apt does. */
async function installing() {
  const script = `
    import { withoutServices } from ${JSON.stringify(join(project, "local/debian/policy.ts"))};
    import { setTimeout as sleep } from "node:timers/promises";
    await withoutServices(["a.service"], async (stop) => {
      console.log("installing");
      await sleep(60_000, undefined, { signal: stop }).catch(() => sleep(200));
      console.log("finished");
    }, ${JSON.stringify(policy)});`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  await vi.waitFor(() => expect(said).toContain("installing"), { timeout: 10_000 });
  return { child, said: () => said };
}

test("no service starts while packages are installed, and each may afterwards", async () => {
  await withoutServices(
    ["a.service"],
    async () => {
      await expect(execa(policy, ["a", "start"])).rejects.toMatchObject({ exitCode: 101 });
    },
    policy,
  );
  expect(existsSync(policy)).toBe(false);
  const broken = withoutServices([], async () => Promise.reject(new Error("apt failed")), policy);
  await expect(broken).rejects.toThrow("apt failed");
  expect(existsSync(policy)).toBe(false);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s lets the work end, then the policy goes", async (signal) => {
  const { child, said } = await installing();
  expect(existsSync(policy)).toBe(true);
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([null, signal]);
  expect(said()).toContain("finished");
  expect(existsSync(policy)).toBe(false);
});

test("the policy of a run that was killed goes at once, and what it had still to disable is known", async () => {
  const { child } = await installing();
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(existsSync(policy)).toBe(true);
  expect(await removeLeftover(quiet, policy)).toEqual(["a.service"]);
  expect(existsSync(policy)).toBe(false);
  expect(await removeLeftover(quiet, policy)).toEqual([]);
});

test("that of a run that goes on is waited for", async () => {
  const { child } = await installing();
  const said: string[] = [];
  const waiting = removeLeftover((line) => said.push(line), policy);
  await vi.waitFor(() => expect(said).toHaveLength(1));
  expect(said[0]).toContain(`process ${child.pid}`);
  expect(existsSync(policy)).toBe(true);
  child.kill("SIGINT");
  expect(await waiting).toEqual([]);
});

test("one of an older version goes; the machine's own stays, also while packages are installed", async () => {
  await writeFile(policy, "#!/bin/sh\n# made by 'estate local up' while it installs packages\nexit 101\n");
  await removeLeftover(quiet, policy);
  expect(existsSync(policy)).toBe(false);
  await writeFile(policy, "#!/bin/sh\nexit 101\n");
  await removeLeftover(quiet, policy);
  await withoutServices([], async () => undefined, policy);
  expect(await readFile(policy, "utf8")).toBe("#!/bin/sh\nexit 101\n");
});
