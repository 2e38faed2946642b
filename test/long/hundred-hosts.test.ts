/**
 * An estate of a hundred hosts, each through nova, neutron, Ignition and the orchestrator: nobody has anything to tell of it. It is
 * destroyed by the test that destroys every estate.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../../cli/drift/report.ts";
import { readStackFile, writeStackFile } from "../../cli/stack-file.ts";
import { editDocument, estate, here, kubectl, pulumi, serverIds } from "../engine/estate.ts";

const hosts = 100;
let before: Awaited<ReturnType<typeof readStackFile>>;

beforeAll(async () => {
  before = await readStackFile(here.stack);
  await editDocument(({ roles }) => {
    const { worker } = roles;
    const first = worker?.hosts["worker-01"];
    if (!worker || !first) throw new Error("the first estate has no worker-01");
    // all of them start at the same time
    Object.assign(worker.rollout, { joinMinutes: 40 });
    const others = Object.values(roles)
      .flatMap((role) => Object.keys(role.hosts))
      .filter((name) => !name.startsWith("worker-"));
    const names = Array.from(
      { length: hosts - others.length },
      (_, index) => `worker-${String(index + 1).padStart(2, "0")}`,
    );
    worker.hosts = Object.fromEntries(names.map((name) => [name, worker.hosts[name] ?? { ...first }]));
  });
});

afterAll(async () => writeStackFile(here.stack, before));

test("one up makes the hosts that there are not, and all are nodes", async () => {
  const up = await estate(["up", "--yes"]);
  expect(up.exitCode, up.text).toBe(0);
  expect(Object.keys(await serverIds())).toHaveLength(hosts);
  const { items } = await kubectl<{ items: readonly unknown[] }>("get", "nodes");
  expect(items).toHaveLength(hosts);
});

test("a second preview has nothing to do", async () => {
  const preview = await pulumi(["preview", "--expect-no-changes", "--diff"]);
  expect(preview.exitCode, preview.text).toBe(0);
});

test("a drift check has nothing to tell", async () => {
  const { exitCode, stdout, text } = await estate(["drift", "--json"]);
  expect(stdout, text).toMatch(/^\{"stack"/);
  const { findings, waiting, troubles, stuck } = JSON.parse(stdout) as Report;
  expect([findings, waiting, troubles, stuck, exitCode]).toEqual([[], [], [], [], 0]);
});
