import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSupervisor } from "../../../local/daemon/supervisor.ts";
import type { Supervisor } from "../../../local/service.ts";

let data: string;
let supervisor: Supervisor;
const state = (name: string) => supervisor.status().find((service) => service.name === name);

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "estate-supervisor-"));
  supervisor = createSupervisor(data);
});

afterEach(async () => {
  await supervisor.stop(supervisor.status().map(({ name }) => name));
  await rm(data, { recursive: true, force: true });
});

test("a service starts only after those it needs are ready", async () => {
  const order: string[] = [];
  const noting = (name: string) => async () => void order.push(name);
  await supervisor.start([
    { name: "second", command: ["sleep", "60"], after: ["first"], ready: noting("second") },
    { name: "first", command: ["sleep", "60"], ready: noting("first") },
  ]);
  expect(order).toEqual(["first", "second"]);
  expect(state("second")?.state).toBe("ready");
});

test("a service that was killed is started again, and status counts it", async () => {
  await supervisor.start([{ name: "one", command: ["sleep", "60"], restartSeconds: 0.05 }]);
  const first = state("one")?.pid ?? 0;
  process.kill(first, "SIGKILL");
  await vi.waitFor(() => expect(state("one")).toMatchObject({ state: "ready", restarts: 1 }), { timeout: 5000 });
  expect(state("one")?.pid).not.toBe(first);
});

test("a service that cannot start is refused with the end of its log", async () => {
  const broken = {
    name: "broken",
    command: ["sh", "-c", "echo no such port; exit 3"] as const,
    restartSeconds: 0.01,
    ready: neverReady,
  };
  await expect(supervisor.start([broken])).rejects.toThrow(/broken ended \d+ times while starting.*no such port/s);
});

test("stop ends the children of a service, too", async () => {
  await supervisor.start([{ name: "parent", command: ["sh", "-c", "sleep 61.25 & echo $!; wait"], ready: hasLine }]);
  const child = Number(await readFile(join(data, "logs", "parent.log"), "utf8"));
  await supervisor.stop(["parent"]);
  await vi.waitFor(() => expect(() => process.kill(child, 0)).toThrow(/ESRCH/), { timeout: 5000 });
  expect(supervisor.status()).toEqual([]);
});

async function neverReady(): Promise<void> {
  throw new Error("not yet");
}

async function hasLine(): Promise<void> {
  expect(await readFile(join(data, "logs", "parent.log"), "utf8")).toMatch(/^\d+\n$/);
}
