/**
 * More and fewer hosts of a pool, on the running estate: new ones come at once, those that go are drained first, and etcd is led from three
 * members to five and back. The API answers all the while.
 */
import { expect, test } from "vitest";
import { readJournal } from "../../cli/journal/journal.ts";
import { editDocument, here, kubectl, pulumi, serverIds } from "./estate.ts";
import { longestSilence, silence, watchNodes } from "./roll/witness.ts";

const more = ["orchestrator-04", "orchestrator-05"];

interface Nodes {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

async function names(...selector: readonly string[]): Promise<string[]> {
  const { items } = await kubectl<Nodes>("get", "nodes", ...selector);
  return items.map(({ metadata }) => metadata.name).sort();
}
const members = () => names("--selector", "node-role.kubernetes.io/etcd=true");

/** An update, during which the API never fails to answer twice in a row, and after which all other servers are as before. */
async function upBeside(...changed: readonly string[]): Promise<void> {
  const before = await serverIds();
  const witness = await watchNodes();
  const up = await pulumi(["up", "--yes", "--skip-preview"]);
  const seen = await witness.stop();
  expect(up.exitCode, up.text).toBe(0);
  expect(seen.filter(({ error }, at) => error !== undefined && seen[at + 1]?.error !== undefined)).toEqual([]);
  expect(silence(seen)).toBeLessThan(longestSilence);
  const after = await serverIds();
  const others = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  expect(others.filter((host) => before[host] !== after[host]).sort()).toEqual([...changed].sort());
  expect(await names()).toEqual(Object.keys(after).sort());
}

/** What a drain did to each host since a moment, in its order. */
async function drained(hosts: readonly string[], since: number): Promise<void> {
  const entries = (await readJournal(here.stack)).filter(({ time }) => Date.parse(time) >= since);
  for (const name of hosts) {
    const steps = entries.filter(({ host, state }) => host === name && state !== "waiting").map(({ step }) => step);
    for (const step of ["cordon", "evict", "remove", "stop"]) expect(steps, name).toContain(step);
    expect(entries.filter(({ host }) => host === name).at(-1)).toMatchObject({ step: "stop", state: "done" });
  }
}

test("two servers more, and a worker less: five members of etcd, and a worker that was drained", async () => {
  await editDocument(({ roles }) => {
    for (const name of more) Object.assign(roles.orchestrator?.hosts ?? {}, { [name]: { site: "local" } });
    delete roles.worker?.hosts["worker-03"];
  });
  const since = Date.now();
  await upBeside(...more, "worker-03");
  expect(await members()).toEqual(["orchestrator-01", "orchestrator-02", "orchestrator-03", ...more]);
  await drained(["worker-03"], since);
});

test("and back: both leave etcd, one after the other, and three members are left", async () => {
  await editDocument(({ roles }) => {
    for (const name of more) delete roles.orchestrator?.hosts[name];
  });
  const since = Date.now();
  await upBeside(...more);
  expect(await members()).toEqual(["orchestrator-01", "orchestrator-02", "orchestrator-03"]);
  await drained(more, since);
});
