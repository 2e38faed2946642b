/** A roll whose engine is killed, or stopped, at each of its steps: the next one goes on, and ends in the same state. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { readJournal } from "../../cli/journal/journal.ts";
import { project } from "../../local/place.ts";
import { allAddresses } from "./addresses.ts";
import { editDocument, here, kubectl, pulumi, run, serverIds } from "./estate.ts";
import { type Hold, lease, node, pod } from "./hold.ts";
import { leaveMarker, markOf, readMarker } from "./marker.ts";
import { gateRuns, killEngine, killGates } from "./processes.ts";

const hosts = ["bbb-01", "bbb-02"] as const;
const [killed, stopped] = hosts;
/** One of three. */
const server = "orchestrator-02";

/** Whether a host is at that step now, and what keeps its gate there; `since` is when the update began. */
interface Moment {
  readonly is: (host: string, since: number) => Promise<boolean>;
  readonly hold?: Hold;
}

const begun =
  (step: string): Moment["is"] =>
  async (host, since) =>
    (await readJournal(here.stack)).some(
      (entry) => entry.host === host && entry.step === step && Date.parse(entry.time) >= since,
    );

const noServer: Moment = { is: async (host) => !(await serverIds())[host] };

/** Of the same drain as the stop: one that is ended here has no node to be stopped with. So it is met in a roll of its own. */
const nodeGoes: Moment = { is: begun("remove"), hold: node };
const moments: Readonly<Record<string, Moment>> = {
  "while its pods leave": { is: begun("evict"), hold: pod },
  "while it is drained": { is: begun("drain") },
  "while its server stops": { is: begun("stop") },
  "while it has no server": noServer,
  "while it joins": { is: begun("join") },
  "while it is watched": { is: begun("soak") },
};

async function reached({ is, hold }: Moment, host: string, since: number): Promise<void> {
  // six minutes: what the update before left half done is put right first
  for (const end = Date.now() + 360_000; Date.now() < end; await sleep(100)) {
    const held = !hold || (await hold.holds(host));
    if (held && (await is(host, since))) return;
  }
  throw new Error(`${host} does not get that far`);
}

let before: Readonly<Record<string, string>>;
let addresses: readonly string[];
let cluster: string;
const kubeSystem = () => run("kubectl", "get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}");

async function renew(host: string, generation: number): Promise<void> {
  await editDocument(({ roles }) => {
    const role = Object.values(roles).find(({ hosts }) => hosts[host]);
    if (!role?.hosts[host]) throw new Error(`the document has no host ${host}`);
    Object.assign(role.hosts[host], { generation });
    // long enough to be met
    Object.assign(role.rollout, { soakMinutes: 0.1 });
  });
}

beforeAll(async () => {
  for (const host of hosts) await leaveMarker(host);
  [before, addresses, cluster] = [await serverIds(), await allAddresses(), await kubeSystem()];
});

/** Another server of those hosts, and everything else as it was: ports, floating IPs, data, and whoever takes pods. */
async function expectSameBut(...replaced: readonly string[]): Promise<void> {
  const after = await serverIds();
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  expect(
    Object.keys(after)
      .filter((host) => after[host] !== before[host])
      .sort(),
  ).toEqual(replaced);
  for (const host of hosts) expect(await readMarker(host)).toBe(markOf(host));
  expect(await allAddresses()).toEqual(addresses);
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

/** Kills `estate up`, its engine, and a gate that is held, when the host is there. */
async function kill(host: string, moment: Moment, generation = 30): Promise<void> {
  await renew(host, generation);
  await gatesEnded();
  const since = Date.now();
  const up = estateUp();
  await reached(moment, host, since);
  up.kill("SIGKILL");
  await killEngine();
  if (moment.hold) await killGates();
  await moment.hold?.release(host);
  expect((await up).exitCode).not.toBe(0);
}

/** Ctrl+C in a plain `pulumi up`, when the host is there. */
async function interrupt(host: string, moment: Moment, generation = 30): Promise<void> {
  await renew(host, generation);
  await gatesEnded();
  const since = Date.now();
  const args = ["up", "--yes", "--skip-preview", "--stack", here.stack, "--non-interactive", "--color=never"];
  const up = execa("pulumi", args, { cwd: project, reject: false, all: true, stdin: "ignore" });
  await reached(moment, host, since);
  up.kill("SIGINT");
  await moment.hold?.release(host);
  expect((await up).exitCode).not.toBe(0);
}

for (const [name, moment] of Object.entries(moments))
  test(`estate up killed with its engine ${name}: the next one goes on from there`, () => kill(killed, moment));

/** As one that nobody killed would have ended. */
async function expectWhole(...replaced: readonly string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await estateUp();
  expect(exitCode, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ result: "done" });
  await expectSameBut(...replaced);
}

test("then estate up ends as one that nobody killed would have", () => expectWhole(killed));

test("estate up killed with its engine while its node is taken away, in another roll: the next one goes on from there", () =>
  kill(killed, nodeGoes, 31));

test("then, too, it ends as one that nobody killed would have", () => expectWhole(killed));

for (const [name, moment] of Object.entries(moments))
  test(`a plain up stopped (SIGINT) ${name}: the next one goes on from there`, () => interrupt(stopped, moment));

test("then a plain up ends as one that nobody stopped would have, and needs no pulumi cancel", async () => {
  const up = await pulumi(["up", "--yes", "--skip-preview"]);
  expect(up.exitCode, up.text).toBe(0);
  await expectSameBut(killed, stopped);
});

test("a plain up stopped (SIGINT) while its node is taken away, in another roll: the next one goes on from there", () =>
  interrupt(stopped, nodeGoes, 31));

/** The same for a server of the orchestrator. */
const leaves: Moment = { is: begun("leave-etcd"), hold: lease };
type Ends = Readonly<Record<string, readonly [typeof kill, Moment]>>;

/** Stopped, then killed: what was killed holds the state's lock, which `estate up` frees, and a plain up does not. */
const ofServer: Ends = {
  "stopped while it waits for its turn to leave etcd": [interrupt, leaves],
  "stopped while its node, and with it its membership, is taken away": [interrupt, nodeGoes],
  "killed while it has no server": [kill, noServer],
  "killed while it joins": [kill, { is: begun("join") }],
};

for (const [name, [end, moment]] of Object.entries(ofServer))
  test(`a server of the orchestrator, ${name}: the next one goes on from there`, () => end(server, moment));

/** As one that nobody ended would have left it: of the cluster that it was of, in its turn. */
async function expectMember(): Promise<void> {
  await expectWhole(killed, stopped, server);
  const members = ["get", "nodes", "--selector", "node-role.kubernetes.io/etcd=true", "--output", "name"];
  expect((await run("kubectl", ...members)).split("\n")).toHaveLength(3);
  expect(await kubeSystem()).toBe(cluster);
}

test("then it is a member of etcd again, and the cluster is the same", expectMember);

/** In a roll of its own: a node that was taken away in the one before is not there to be taken away. */
const ofServerAgain: Ends = {
  "killed while it waits for its turn to leave etcd": [kill, leaves],
  "killed while its node, and with it its membership, is taken away": [kill, nodeGoes],
};

for (const [name, [end, moment]] of Object.entries(ofServerAgain))
  test(`a server of the orchestrator, in another roll ${name}: the next one goes on from there`, () =>
    end(server, moment, 31));

test("then, too, it is a member of etcd again, and the cluster is the same", expectMember);
