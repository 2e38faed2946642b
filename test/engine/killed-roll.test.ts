/** A roll whose engine is killed, or stopped, at each of its steps: the next one goes on, and ends in the same state. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { readJournal } from "../../cli/journal/journal.ts";
import { project } from "../../local/place.ts";
import { editDocument, here, kubectl, pulumi, run, serverIds } from "./estate.ts";
import { portAddresses } from "./port-addresses.ts";
import { gateRuns, killEngine } from "./processes.ts";
import { ssh } from "./ssh.ts";

const hosts = ["bbb-01", "bbb-02"] as const;
const [killed, stopped] = hosts;
/** On the data volume of each. */
const marker = "/var/lib/recordings/marker";

/** Whether a host is at that step now; `since` is when the update began. */
type Moment = (host: string, since: number) => Promise<boolean>;

const journal =
  (step: string): Moment =>
  async (host, since) =>
    (await readJournal(here.stack)).some(
      (entry) => entry.host === host && entry.step === step && Date.parse(entry.time) >= since,
    );

const moments: Readonly<Record<string, Moment>> = {
  "while it is drained": journal("drain"),
  "while its server stops": journal("stop"),
  "while it has no server": async (host) => !(await serverIds())[host],
  "while it joins": journal("join"),
  "while it is watched": journal("soak"),
};

async function reached(moment: Moment, host: string, since: number): Promise<void> {
  for (let tries = 0; !(await moment(host, since)); tries += 1) {
    // three minutes: what the update before left half done is put right first
    if (tries > 1800) throw new Error(`${host} does not get that far`);
    await sleep(100);
  }
}

let before: Readonly<Record<string, string>>;
let ports: readonly string[];

async function renew(host: string): Promise<void> {
  await editDocument(({ roles: { bbb } }) => {
    if (!bbb?.hosts[host]) throw new Error(`the document has no host ${host}`);
    Object.assign(bbb.hosts[host], { generation: 30 });
    // long enough to be met
    Object.assign(bbb.rollout, { soakMinutes: 0.1 });
  });
}

const announced = (host: string) => run("dig", "+short", `${host}.estate.test`);

beforeAll(async () => {
  for (const host of hosts) await ssh(host, await announced(host), `echo ${host} was here | sudo tee ${marker}`);
  [before, ports] = [await serverIds(), await portAddresses()];
});

/** Another server of those hosts, and everything else as it was: ports, addresses, data, and whoever takes pods. */
async function expectSameBut(...replaced: readonly string[]): Promise<void> {
  const after = await serverIds();
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  expect(
    Object.keys(after)
      .filter((host) => after[host] !== before[host])
      .sort(),
  ).toEqual(replaced);
  for (const host of hosts) expect(await ssh(host, await announced(host), `cat ${marker}`)).toBe(`${host} was here`);
  expect(await portAddresses()).toEqual(ports);
  const { items } = await kubectl<{ items: { metadata: { name: string }; spec: { unschedulable?: boolean } }[] }>(
    ...(["get", "nodes"] as const),
  );
  expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(Object.keys(before).sort());
  expect(items.filter(({ spec }) => spec.unschedulable)).toEqual([]);
  const preview = await pulumi(["preview", "--expect-no-changes", "--diff"]);
  expect(preview.exitCode, preview.text).toBe(0);
}

/** A gate outlives its engine, and writes into the journal what it still does: the next roll must not be taken for that one. */
async function gatesEnded(): Promise<void> {
  for (let tries = 0; await gateRuns(); tries += 1) {
    if (tries > 600) throw new Error("the gates of the update that was killed do not end");
    await sleep(500);
  }
}

const estateUp = () =>
  execa(join(project, "cli", "estate"), ["up", "--yes", "--json", "--stack", here.stack], {
    ...{ cwd: project, reject: false, stdin: "ignore" },
  });

for (const [name, moment] of Object.entries(moments))
  test(`estate up killed with its engine ${name}: the next one goes on from there`, async () => {
    await renew(killed);
    await gatesEnded();
    const since = Date.now();
    const up = estateUp();
    await reached(moment, killed, since);
    up.kill("SIGKILL");
    await killEngine();
    expect((await up).exitCode).not.toBe(0);
  });

test("then estate up ends as one that nobody killed would have", async () => {
  const { exitCode, stdout, stderr } = await estateUp();
  expect(exitCode, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ result: "done" });
  await expectSameBut(killed);
});

for (const [name, moment] of Object.entries(moments))
  test(`a plain up stopped (SIGINT) ${name}: the next one goes on from there`, async () => {
    await renew(stopped);
    const since = Date.now();
    const args = ["up", "--yes", "--skip-preview", "--stack", here.stack, "--non-interactive", "--color=never"];
    const up = execa("pulumi", args, { cwd: project, reject: false, all: true, stdin: "ignore" });
    await reached(moment, stopped, since);
    up.kill("SIGINT");
    const { exitCode } = await up;
    expect(exitCode).not.toBe(0);
  });

test("then a plain up ends as one that nobody stopped would have, and needs no pulumi cancel", async () => {
  const up = await pulumi(["up", "--yes", "--skip-preview"]);
  expect(up.exitCode, up.text).toBe(0);
  await expectSameBut(killed, stopped);
});
