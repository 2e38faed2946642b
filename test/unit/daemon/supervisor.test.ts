import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSupervisor } from "../../../local/daemon/supervisor.ts";
import type { Service, Supervisor } from "../../../local/service.ts";

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

const sleeper = (name: string, more: Partial<Service> = {}): Service => ({ name, command: ["sleep", "60"], ...more });

test("a service that is stopped while it waits for another one is not started any more", async () => {
  let ready = false;
  const first = sleeper("first", {
    ready: async () => {
      if (!ready) throw new Error("not yet");
    },
  });
  const started = supervisor.start([first, sleeper("second", { after: ["first"] })]).catch((error: Error) => error);
  await expect.poll(() => state("second")?.state).toBe("waiting");
  await supervisor.stop(["second"]);
  ready = true;
  expect((await started)?.message).toMatch(/^second: was stopped before it was/);
  await expect.poll(() => state("first")?.state).toBe("ready");
  expect(state("second")).toBeUndefined();
});

test("a service that does not answer in time has failed, and is ready as soon as it answers", async () => {
  let ready = false;
  const slow = sleeper("slow", {
    readySeconds: 0.1,
    ready: async () => {
      if (!ready) throw new Error("nobody listens");
    },
  });
  await expect(supervisor.start([slow])).rejects.toThrow(
    /^slow did not answer within 0.1 s: nobody listens\. Its log, .*slow\.log, is empty\n'estate local logs/,
  );
  await expect.poll(() => state("slow")).toMatchObject({ state: "failed", restarts: 0 });
  expect(state("slow")?.reason).toBe("did not answer within 0.1 s: nobody listens");
  ready = true;
  await expect.poll(() => state("slow")?.state).toBe("ready");
});

test("a ready check that throws at once is one that failed", async () => {
  let asked = 0;
  const ready = () => {
    if (++asked === 1) throw new Error("not yet");
    return Promise.resolve();
  };
  await supervisor.start([sleeper("one", { ready })]);
  expect(asked).toBe(2);
});

test("a service that cannot start is refused with what is behind it, and what to do next", async () => {
  const full = sleeper("full", {
    command: ["sh", "-c", "echo write: No space left on device; exit 1"],
    restartSeconds: 0.01,
    ready: async () => {
      throw new Error("not yet");
    },
  });
  const { message } = (await supervisor.start([full]).catch((error: Error) => error)) as Error;
  expect(message).toContain("What is behind it: the disk is full; 'df -h' shows which one");
  expect(message).toContain("'estate local logs -n 200 full' shows more");
});

test("a log that cannot be written is the reason of a service that runs all the same", async () => {
  await writeFile(join(data, "logs"), "not a folder");
  await supervisor.start([sleeper("loud", { command: ["sh", "-c", "while sleep 0.05; do echo here; done"] })]);
  await expect.poll(() => state("loud")?.reason).toMatch(/^its log cannot be written: ENOTDIR/);
  await sleep(100);
  expect(state("loud")).toMatchObject({ state: "ready", restarts: 0 });
});
