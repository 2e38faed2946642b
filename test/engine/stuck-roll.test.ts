/** Rolls that cannot go on: a host that does not join, pods that may not leave. What comes after is left alone; the next up goes on. */
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { client } from "../../local/daemon/client.ts";
import { editDocument, here, kubectl, pulumi, run, serverIds } from "./estate.ts";
import { portAddresses } from "./port-addresses.ts";

const hosts = ["worker-01", "worker-02"];

async function edit(change: { generation?: number; rollout: Readonly<Record<string, number>> }): Promise<void> {
  await editDocument(({ roles: { worker } }) => {
    if (!worker) throw new Error("the document has no role worker");
    Object.assign(worker.rollout, change.rollout);
    const { generation } = change;
    if (generation) for (const host of hosts) Object.assign(worker.hosts[host] ?? {}, { generation });
  });
}

const patient = { width: 1, joinMinutes: 4, drainMinutes: 4, soakMinutes: 0.05 };
const up = () => pulumi(["up", "--yes", "--skip-preview"]);
const deployment = ["--namespace", "default", "deployment/pinned"];

/** One pod that only worker-01 can have, and that nobody may evict. */
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
            nodeSelector: { "kubernetes.io/hostname": "worker-01" },
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

let ports: readonly string[];
beforeAll(async () => {
  ports = await portAddresses();
  await execa("kubectl", ["apply", "--filename", "-"], { input: pinned });
  await run("kubectl", "rollout", "status", ...deployment, "--timeout=60s");
});
afterAll(async () => {
  await (await client(here)).break("worker-01", "none");
  await run("kubectl", "delete", ...deployment, "poddisruptionbudget/pinned", "--ignore-not-found");
  await edit({ rollout: patient });
});

test("a budget that forbids to evict a pod ends the up in time, with the pod and the budget named; the server stays", async () => {
  const before = await serverIds();
  await edit({ generation: 21, rollout: { ...patient, drainMinutes: 0.3 } });
  const failed = await up();
  expect(failed.exitCode).not.toBe(0);
  expect(failed.text).toMatch(/worker-01 .*pinned/);
  expect(failed.text).toMatch(/disruption budget/i);
  expect(await serverIds()).toEqual(before);
  const { spec } = await kubectl<{ spec: { unschedulable?: boolean } }>("get", "node", "worker-01");
  // it stays, and so takes pods again
  expect(spec.unschedulable ?? false).toBe(false);
  expect(await portAddresses()).toEqual(ports);
});

test("without the budget, the next up goes on; a host that then does not join ends it, and the next host is left alone", async () => {
  const before = await serverIds();
  await run("kubectl", "delete", ...deployment, "poddisruptionbudget/pinned");
  await (await client(here)).break("worker-01", "never-boots");
  await edit({ rollout: { ...patient, joinMinutes: 0.5 } });
  const failed = await up();
  expect(failed.exitCode).not.toBe(0);
  expect(failed.text).toMatch(/worker-01 (did|has) not join/);
  const after = await serverIds();
  expect(Object.keys(after).filter((host) => after[host] !== before[host])).toEqual(["worker-01"]);
  // its port waits for the server that joins
  expect(await portAddresses()).toEqual(ports);
});

test("after the cure, the next up waits for that host, and goes on with the other", async () => {
  const before = await serverIds();
  await (await client(here)).break("worker-01", "none");
  await run("openstack", "server", "reboot", "--hard", "worker-01");
  await edit({ rollout: patient });
  const done = await up();
  expect(done.exitCode, done.text).toBe(0);
  const after = await serverIds();
  expect(Object.keys(after).filter((host) => after[host] !== before[host])).toContain("worker-02");
  expect(await portAddresses()).toEqual(ports);
  const preview = await pulumi(["preview", "--expect-no-changes", "--diff"]);
  expect(preview.exitCode, preview.text).toBe(0);
});
