/** `estate up` and `estate rollout` on the running estate: a roll that is paused, or whose window closes, goes on, and can be asked how far it is. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readJournal } from "../../cli/journal/journal.ts";
import { lastRoll, type RolloutStatus } from "../../cli/journal/status.ts";
import { setPause } from "../../cli/rollout/pause.ts";
import { connect } from "../../local/openstack-client/client.ts";
import { readCloud } from "../../local/openstack-client/clouds.ts";
import { days } from "../../stacks/schema/window.ts";
import { editDocument, estate, here, kubectl, secretsOf, serverIds } from "./estate.ts";
import { isSecret, secretLines, shownIn } from "./secret-lines.ts";

const host = "worker-01";
/** The one after it. */
const next = "worker-02";

/** All that commands of these tests have printed. */
const printed: string[] = [];

const told: typeof estate = async (...args) => {
  const ran = await estate(...args);
  printed.push(ran.text);
  return ran;
};

const serverId = async (name = host) => (await serverIds())[name];

async function schedulable(name = host): Promise<boolean> {
  const { spec } = await kubectl<{ spec: { unschedulable?: boolean } }>("get", "node", name);
  return spec.unschedulable !== true;
}

/** A new generation of a host, and what else its role has for a roll; `undefined` takes it away. */
async function renew(name: string, rollout: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await editDocument(({ roles: { worker } }) => {
    const own = worker?.hosts[name];
    if (!own) throw new Error(`the document has no host ${name}`);
    own.generation = Number(own.generation ?? 0) + 1;
    Object.assign(worker.rollout, rollout);
  });
}

async function setWindow(window: object | undefined): Promise<void> {
  await editDocument(({ roles: { worker } }) => {
    if (window) Object.assign(worker?.rollout ?? {}, { window });
    else delete worker?.rollout.window;
  });
}

/** Of another day than today, yesterday or tomorrow, so that it is closed for as long as this runs. */
const closed = {
  ...{ days: [days[(new Date().getUTCDay() + 3) % 7]], from: "03:00", to: "04:00" },
  timeZone: "UTC",
};

let before: string | undefined;
beforeAll(async () => {
  before = await serverId();
  // one after the other
  await renew(host, { width: 1 });
});
// the tests after this one must not find a stack that is paused, nor a window
afterAll(async () => {
  await setPause(here.stack, undefined);
  await setWindow(undefined);
});

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

test("a window that closes while a host is under way: that one is finished, the next is not begun, and says when it will be", async () => {
  const waiting = await serverId(next);
  await renew(next);
  const since = Date.now();
  const up = told(["up", "--yes"]);
  const joins = async () =>
    (await readJournal(here.stack)).some(
      (entry) => entry.host === host && entry.step === "join" && Date.parse(entry.time) >= since,
    );
  await expect.poll(joins, { timeout: 180_000, interval: 200 }).toBe(true);
  await setWindow(closed);
  const { exitCode, stdout, text } = await up;
  expect(exitCode, text).toBe(75);
  expect(stdout).toMatch(
    /^1 host is left \(worker-02\): closed until \w{3} [\d-]{10} 03:00 UTC; it goes on with the next 'estate up' from then on/m,
  );
  expect(await serverId()).not.toBe(before);
  expect(await serverId(next)).toBe(waiting);
  expect([await schedulable(), await schedulable(next)]).toEqual([true, true]);
  await setWindow(undefined);
  before = waiting;
});

test("then the next up replaces it, and the journal says so: drained first, then joined", async () => {
  const up = await told(["up", "--yes", "--json"]);
  expect(up.exitCode, up.text).toBe(0);
  const after = await serverId(next);
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
  expect(status.hosts).toMatchObject([{ name: next, role: "worker", step: "soak", state: "done", health: "up" }]);
  expect(status.hosts[0]?.server).toBe(await serverId(next));
  const shown = await told(["rollout", "status"]);
  expect(shown.text).toMatch(/worker-02 +worker +soak +done +up/);
});

/** Every secret of the estate, each line that tells something of it. */
async function linesOfEstate() {
  const lines = secretLines(await secretsOf());
  expect(lines.length).toBeGreaterThan(10);
  return lines;
}

test("no secret of the estate is in its journal, nor in what these commands printed", async () => {
  const text = `${printed.join("\n")}\n${JSON.stringify(await readJournal(here.stack))}`;
  expect(text).toContain(host);
  expect(shownIn(text, await linesOfEstate())).toEqual([]);
});

test("nor in any log of the cloud or of a host", async () => {
  const folder = join(here.data, "logs");
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  // one may be renamed meanwhile, when it is large
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  expect(texts.join("\n")).toContain(await serverId());
  const lines = (await linesOfEstate()).filter(isSecret);
  expect(files.flatMap((file, index) => shownIn(texts[index] ?? "", lines).map((name) => `${file}: ${name}`))).toEqual(
    [],
  );
});

interface Told {
  readonly id: string;
  readonly name: string;
  readonly "OS-EXT-SRV-ATTR:user_data": string;
}

test("what nova has as user data of each host holds the join tokens, and no other of them: servers both, other hosts theirs", async () => {
  // only administrators are given it back
  const admin = connect(await readCloud(join(here.data, "openstack", "clouds.yaml"), "admin"));
  const all = await admin.list<Told>("compute", "/servers/detail", "servers", {
    ...{ query: { all_tenants: true }, headers: { "OpenStack-API-Version": "compute 2.3" } },
  });
  const own = Object.values(await serverIds());
  const lines = (await linesOfEstate()).filter(isSecret);
  const found = all
    .filter(({ id }) => own.includes(id))
    .map(({ name, "OS-EXT-SRV-ATTR:user_data": data }) => [name, shownIn(contentsOf(data), lines).sort()] as const);
  expect(found).toHaveLength(own.length);
  for (const [name, secrets] of found)
    expect(secrets, name).toEqual(name.startsWith("orchestrator-") ? ["agentToken", "serverToken"] : ["agentToken"]);
});

/** User data as it is, and the files that are written in it in clear. */
function contentsOf(data: string): string {
  const text = Buffer.from(data, "base64").toString();
  const { storage } = JSON.parse(text) as { storage: { files: { contents: { source?: string } }[] } };
  return [text, ...storage.files.map(({ contents: { source = "" } }) => decodeURIComponent(source))].join("\n");
}
