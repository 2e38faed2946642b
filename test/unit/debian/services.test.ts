import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { disable, newUnits } from "../../../local/debian/services.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-services-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** A machine whose only program is a `systemctl` that notes what it is asked, and ends like that. */
async function machine(status: number): Promise<void> {
  await writeFile(join(folder, "systemctl"), `#!/bin/sh\necho "$@" > ${folder}/asked\necho refused\nexit ${status}\n`);
  await chmod(join(folder, "systemctl"), 0o755);
  vi.stubEnv("PATH", folder);
}

test("what is installed anew brings its units; what the machine has already is left alone", () => {
  const nothing = () => false;
  expect(newUnits(["haproxy", "curl", "openssh-server"], nothing)).toEqual([
    "ssh.service",
    "ssh.socket",
    "haproxy.service",
  ]);
  expect(newUnits(["rabbitmq-server"], (unit) => unit.startsWith("epmd."))).toEqual(["rabbitmq-server.service"]);
  expect(newUnits([], nothing)).toEqual([]);
});

test("units are disabled", async () => {
  await machine(0);
  const said: string[] = [];
  await disable(["named.service", "haproxy.service"], (line) => said.push(line));
  expect(await readFile(join(folder, "asked"), "utf8")).toBe("disable named.service haproxy.service\n");
  expect(said).toEqual([]);
});

test("what could not be disabled is said, with the command", async () => {
  await machine(1);
  const said: string[] = [];
  await disable(["named.service"], (line) => said.push(line));
  expect(said).toEqual([expect.stringMatching(/systemctl disable named\.service \(refused\)/)]);
});

test("without systemctl there is nothing to do", async () => {
  vi.stubEnv("PATH", folder);
  await disable(["named.service"], expect.unreachable);
});
