/**
 * Rolls that cannot go on: a host that does not join, pods that may not leave. What comes after is left alone; the next up goes on. Data
 * and addresses are the same all the while.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readJournal } from "../../cli/journal/journal.ts";
import { client } from "../../local/daemon/client.ts";
import { allAddresses } from "./addresses.ts";
import { editDocument, here, kubectl, pulumi, run, serverIds } from "./estate.ts";
import { leaveMarker, markOf, readMarker } from "./marker.ts";

/** With a data volume and a floating IP each. */
const hosts = ["bbb-01", "bbb-02"] as const;
const [first, second] = hosts;

interface Change {
  /** Of both, or of those that are named. */
  readonly generation?: number;
  readonly of?: readonly string[];
  readonly rollout: Readonly<Record<string, number | string>>;
}

async function edit({ generation, of = hosts, rollout }: Change): Promise<void> {
  await editDocument(({ roles: { bbb } }) => {
    if (!bbb) throw new Error("the document has no role bbb");
    Object.assign(bbb.rollout, rollout);
    if (generation) for (const host of of) Object.assign(bbb.hosts[host] ?? {}, { generation });
  });
}

const patient = { width: 1, joinMinutes: 4, drainMinutes: 4, soakMinutes: 0.05, afterDrainMinutes: "abort" };
const up = () => pulumi(["up", "--yes", "--skip-preview"]);
const deployment = ["--namespace", "default", "deployment/pinned"];

/** One pod that only the first host can have, and that nobody may evict. */
const pinned = JSON.stringify({
  ...{ apiVersion: "v1", kind: "List" },
  items: [
    {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "pinned", namespace: "default" } },
      spec: {
        ...{ replicas: 1, selector: { matchLabels: { app: "pinned" } } },
        template: {
          metadata: { labels: { app: "pinned" } },
          spec: {
            nodeSelector: { "kubernetes.io/hostname": first },
            tolerations: [{ key: "estate/dedicated", operator: "Exists" }],
            ...{ terminationGracePeriodSeconds: 1, containers: [{ name: "main", image: "example.test/none:1" }] },
          },
        },
      },
    },
    {
      ...{ apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "pinned", namespace: "default" } },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: "pinned" } } },
    },
  ],
});

async function pin(): Promise<void> {
  await execa("kubectl", ["apply", "--filename", "-"], { input: pinned });
  await run("kubectl", "rollout", "status", ...deployment, "--timeout=60s");
}

const unpin = () => run("kubectl", "delete", ...deployment, "poddisruptionbudget/pinned", "--ignore-not-found");

async function unschedulable(host: string): Promise<boolean> {
  const { spec } = await kubectl<{ spec: { unschedulable?: boolean } }>("get", "node", host);
  return spec.unschedulable ?? false;
}

/** Hosts that have another server than before. */
async function replacedSince(before: Readonly<Record<string, string>>): Promise<string[]> {
  const after = await serverIds();
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  return Object.keys(after).filter((host) => after[host] !== before[host]);
}

let addresses: readonly string[];

/** Ports, floating IPs, and what is on the data volumes of hosts that run. */
async function expectKept(running: readonly string[] = hosts): Promise<void> {
  expect(await allAddresses()).toEqual(addresses);
  for (const host of running) expect(await readMarker(host)).toBe(markOf(host));
}

beforeAll(async () => {
  for (const host of hosts) await leaveMarker(host);
  addresses = await allAddresses();
  await pin();
});
afterAll(async () => {
  await (await client(here)).break(first, "none");
  await unpin();
  await edit({ rollout: patient });
});

test("a budget that forbids to evict a pod ends the up in the time that came with the change, with both named; the server stays", async () => {
  const before = await serverIds();
  await edit({ generation: 41, rollout: { ...patient, drainMinutes: 0.3 } });
  const failed = await up();
  expect(failed.exitCode).not.toBe(0);
  // its gate was made when it was four minutes
  expect(failed.text).toMatch(/bbb-01 was not drained within 18 s: .*pinned/);
  expect(failed.text).toMatch(/disruption budget/i);
  expect(await replacedSince(before)).toEqual([]);
  // it stays, and so takes pods again
  expect(await unschedulable(first)).toBe(false);
  await expectKept();
});

test("with wait, the next up waits on until the pod is gone; a host that then does not join ends it, and the next host is left alone", async () => {
  const before = await serverIds();
  await (await client(here)).break(first, "never-boots");
  // three seconds, which are over long before the budget goes
  await edit({ rollout: { ...patient, drainMinutes: 0.05, afterDrainMinutes: "wait", joinMinutes: 0.5 } });
  const since = Date.now();
  const updated = up();
  const evicts = async () =>
    (await readJournal(here.stack)).some(
      ({ host, step, time }) => host === first && step === "evict" && Date.parse(time) >= since,
    );
  await expect.poll(evicts, { timeout: 180_000, interval: 500 }).toBe(true);
  await sleep(12_000);
  expect([await replacedSince(before), await unschedulable(first)]).toEqual([[], true]);
  await unpin();
  const failed = await updated;
  expect(failed.exitCode).not.toBe(0);
  expect(failed.text).not.toContain("was not drained");
  expect(failed.text).toMatch(/bbb-01 (did|has) not join/);
  expect(await replacedSince(before)).toEqual([first]);
  // its port waits for the server that joins
  await expectKept([second]);
});

test("after the cure, the next up waits for that host, and goes on with the other", async () => {
  const before = await serverIds();
  await (await client(here)).break(first, "none");
  await run("openstack", "server", "reboot", "--hard", first);
  await edit({ rollout: patient });
  const done = await up();
  expect(done.exitCode, done.text).toBe(0);
  expect(await replacedSince(before)).toEqual([second]);
  await expectKept();
});

test("with force, a pod that nobody may evict is ended when its time is over, and the host is replaced", async () => {
  await pin();
  const podsOf = () => run("kubectl", "get", "pods", "--selector", "app=pinned", "--output", "name");
  const [before, pods] = [await serverIds(), await podsOf()];
  expect(pods).toMatch(/^pod\/pinned-\S+$/);
  await edit({
    ...{ generation: 42, of: [first] },
    rollout: { ...patient, drainMinutes: 0.1, afterDrainMinutes: "force" },
  });
  const done = await up();
  expect(done.exitCode, done.text).toBe(0);
  // not before: until then it was asked to leave, and stayed
  expect(done.text).toMatch(/not drained in time: what is left is ended by force .*pinned/);
  expect(await replacedSince(before)).toEqual([first]);
  expect(await podsOf()).not.toContain(pods);
  await expectKept();
  const preview = await pulumi(["preview", "--expect-no-changes", "--diff"]);
  expect(preview.exitCode, preview.text).toBe(0);
});
