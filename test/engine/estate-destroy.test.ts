import { expect, test } from "vitest";
import { readJournal } from "../../cli/journal/journal.ts";
import { imageName } from "../../local/openstack/image.ts";
import { editDocument, estate, here, pulumi, type Role } from "./estate.ts";
import { left } from "./left.ts";
import { added, annex } from "./roll/pools.ts";

test("destroy leaves nothing in the cloud", async () => {
  expect(await left()).toContain("servers bbb-01");
  // as operators do it: nothing is drained, since all of it goes
  const destroy = await estate(["destroy", "--yes"]);
  expect(destroy.exitCode, destroy.text).toBe(0);
  expect(await left()).toEqual([]);
  // the document is again what a first up is given: other tests go on from here
  await editDocument(({ image, roles, sites }) => {
    image.name = imageName;
    for (const name of ["worker-02", "worker-03"]) delete roles.worker?.hosts[name];
    for (const name of added) delete roles[name];
    delete sites[annex.site];
    for (const { hosts } of Object.values(roles)) for (const host of Object.values(hosts)) delete host.site;
  });
});

test("destroyed by pulumi alone right after it was made, when nothing orders its hosts: servers leave etcd one at a time, and nothing stays", async () => {
  let bbb: Role | undefined;
  await editDocument(({ roles }) => {
    bbb = roles.bbb;
    delete roles.bbb;
  });
  const up = await pulumi(["up", "--yes", "--skip-preview"]);
  expect(up.exitCode, up.text).toBe(0);
  const since = Date.now();
  const destroy = await pulumi(["destroy", "--yes", "--skip-preview"]);
  expect(destroy.exitCode, destroy.text).toBe(0);
  expect(await left()).toEqual([]);
  const entries = (await readJournal(here.stack)).filter(
    ({ host, time }) => host?.startsWith("orchestrator-") && Date.parse(time) >= since,
  );
  const begun = entries.filter(({ step, state }) => step === "drain" && state === "begun");
  const done = entries.filter(({ state }) => state === "done");
  expect(begun.map(({ host }) => host).sort()).toEqual(["orchestrator-01", "orchestrator-02", "orchestrator-03"]);
  // all three gates ran at once
  expect(entries.indexOf(begun[2] ?? expect.fail())).toBeLessThan(entries.indexOf(done[0] ?? expect.fail()));
  const removals = entries.filter(({ step, state }) => ["remove", "stop"].includes(step) && state === "begun");
  const [first, , second] = removals.map(({ host }) => host);
  expect(removals.map(({ host, step }) => `${step} ${host}`)).toEqual([
    ...[`remove ${first}`, `stop ${first}`, `remove ${second}`, `stop ${second}`],
  ]);
  expect(done.map(({ text }) => text).sort()).toEqual([
    "drained, and out of etcd",
    "drained, and out of etcd",
    "is the last member of etcd: it goes with its server",
  ]);
  await editDocument(({ roles }) => Object.assign(roles, { bbb }));
});
