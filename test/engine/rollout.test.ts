/** `estate up` and `estate rollout` on the running estate: a roll that is paused, goes on, and can be asked how far it is. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { readJournal } from "../../cli/journal/journal.ts";
import { lastRoll, type RolloutStatus } from "../../cli/journal/status.ts";
import { setPause } from "../../cli/rollout/pause.ts";
import { editDocument, estate, here, kubectl, secretsOf, serverIds } from "./estate.ts";

const host = "worker-01";

/** All that commands of these tests have printed. */
const printed: string[] = [];

const told: typeof estate = async (...args) => {
  const ran = await estate(...args);
  printed.push(ran.text);
  return ran;
};

const serverId = async () => (await serverIds())[host];

async function schedulable(): Promise<boolean> {
  const { spec } = await kubectl<{ spec: { unschedulable?: boolean } }>("get", "node", host);
  return spec.unschedulable !== true;
}

let before: string | undefined;
beforeAll(async () => {
  before = await serverId();
  await editDocument(({ roles }) => {
    const worker = roles.worker?.hosts[host];
    if (!worker) throw new Error(`the document has no host ${host}`);
    worker.generation = Number(worker.generation ?? 0) + 1;
  });
});
// the tests after this one must not find a stack that is paused
afterAll(async () => setPause(here.stack, undefined));

test("while it is paused, up ends with 75, names the host that is left, and has not touched it", async () => {
  expect((await told(["rollout", "pause", "--reason", "an engine test"])).exitCode).toBe(0);
  const up = await told(["up", "--yes"]);
  expect(up.exitCode, up.text).toBe(75);
  expect(up.stdout).toMatch(/^1 host is left \(worker-01\): paused \(an engine test\); it goes on /m);
  expect(await serverId()).toBe(before);
  expect(await schedulable()).toBe(true);
  const status = await told(["rollout", "status", "--json"]);
  expect(status.exitCode, status.text).toBe(75);
  expect(JSON.parse(status.stdout)).toMatchObject({
    ...{ stack: here.stack, result: "held", paused: "an engine test" },
    hosts: [{ name: host, role: "worker", server: before, step: "hold", state: "waiting" }],
  });
});

test("a time budget that is used up holds it back too", async () => {
  expect((await told(["rollout", "resume"])).text).toContain("it was: an engine test");
  const up = await told(["up", "--yes", "--budget", "0"]);
  expect(up.exitCode, up.text).toBe(75);
  expect(up.stdout).toContain("1 host is left (worker-01): out of its time budget");
  expect(await serverId()).toBe(before);
});

test("then the next up replaces it, and the journal says so: drained first, then joined", async () => {
  const up = await told(["up", "--yes", "--json"]);
  expect(up.exitCode, up.text).toBe(0);
  const after = await serverId();
  expect(after).not.toBe(before);
  const { result, update } = JSON.parse(up.stdout) as { result: string; update: string };
  expect(result).toBe("done");
  const roll = lastRoll(await readJournal(here.stack));
  expect(roll.every((entry) => entry.update === update)).toBe(true);
  // what it waits for differs from run to run
  const stepsOf = (id: string | undefined) =>
    roll
      .filter(({ server, state }) => server === id && state !== "waiting")
      .map(({ step, state }) => `${step} ${state}`);
  expect(stepsOf(before)).toEqual([
    ...["drain begun", "cordon begun", "evict begun", "remove begun", "stop begun", "stop done"],
  ]);
  expect(stepsOf(after)).toEqual(["ready begun", "join begun", "soak begun", "soak done"]);
  const at = (wanted: string) => roll.findIndex(({ step, state }) => `${step} ${state}` === wanted);
  expect(at("stop done")).toBeLessThan(at("join begun"));
});

test("rollout status shows it: nothing is wrong, and the host is up", async () => {
  const asked = await told(["rollout", "status", "--json"]);
  expect(asked.exitCode, asked.text).toBe(0);
  const status = JSON.parse(asked.stdout) as RolloutStatus;
  expect(status.result).toBe("done");
  expect(status.hosts).toMatchObject([{ name: host, role: "worker", step: "soak", state: "done", health: "up" }]);
  expect(status.hosts[0]?.server).toBe(await serverId());
  const shown = await told(["rollout", "status"]);
  expect(shown.text).toMatch(/worker-01 +worker +soak +done +up/);
});

test("no secret of the estate is in its journal, nor in what these commands printed", async () => {
  const text = `${printed.join("\n")}\n${JSON.stringify(await readJournal(here.stack))}`;
  expect(text).toContain(host);
  const secrets = Object.entries(await secretsOf()).flatMap(([name, value]) => {
    const lines = value.split("\n").filter((line) => line.length > 20 && !line.startsWith("-----"));
    return lines.map((line) => ({ name, line }));
  });
  expect(secrets.length).toBeGreaterThan(10);
  // named, and not shown
  expect(secrets.filter(({ line }) => text.includes(line)).map(({ name }) => name)).toEqual([]);
});
