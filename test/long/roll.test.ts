/** An estate of twelve hosts gets a new image in one plain `pulumi up`: pool after pool, watched from nova and from the orchestrator. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloud, editDocument, kubectl, planned, pulumi, run, serverIds } from "../engine/estate.ts";
import { ssh } from "../engine/ssh.ts";
import { absences, mostAtOnce } from "./roll/record.ts";
import { type Sighting, watchNodes } from "./roll/witness.ts";

const image = "flatcar-next";
/** In the order in which they must be replaced. */
const pools = {
  orchestrator: { width: 1, hosts: ["orchestrator-01", "orchestrator-02", "orchestrator-03"] },
  turn: { width: 1, hosts: ["turn-01", "turn-02"] },
  bbb: { width: 1, hosts: ["bbb-01", "bbb-02"] },
  scalelite: { width: 1, hosts: ["scalelite-01", "scalelite-02"] },
  worker: { width: 2, hosts: ["worker-01", "worker-02", "worker-03"] },
};
const all = Object.values(pools).flatMap(({ hosts }) => hosts);
const marker = "/var/lib/recordings/marker";

interface Node {
  readonly metadata: { readonly name: string; readonly creationTimestamp: string };
  readonly status: { readonly nodeInfo: { readonly bootID: string } };
}

async function nodes(): Promise<Record<string, { readonly since: number; readonly boot: string }>> {
  const { items } = await kubectl<{ items: Node[] }>("get", "nodes");
  const of = ({ metadata, status }: Node) => ({
    ...{ since: Date.parse(metadata.creationTimestamp), boot: status.nodeInfo.bootID },
  });
  return Object.fromEntries(items.map((node) => [node.metadata.name, of(node)]));
}

/** Every address of every port and floating IP. */
async function addresses(): Promise<string[]> {
  const openstack = await cloud();
  const ports = await openstack.list<{ name: string; fixed_ips: { ip_address: string }[] }>(
    ...(["network", "/v2.0/ports", "ports"] as const),
  );
  const floating = await openstack.list<{ floating_ip_address: string; fixed_ip_address: string }>(
    ...(["network", "/v2.0/floatingips", "floatingips"] as const),
  );
  return [
    ...ports.flatMap(({ name, fixed_ips }) => fixed_ips.map(({ ip_address }) => `${name} ${ip_address}`)),
    ...floating.map(({ floating_ip_address, fixed_ip_address }) => `${floating_ip_address} ${fixed_ip_address}`),
  ].sort();
}

const announced = (host: string) => run("dig", "+short", `${host}.estate.test`);
const kubeSystem = () => run("kubectl", "get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}");

let imageBefore: string;
beforeAll(async () => {
  const rollout = { joinMinutes: 4, drainMinutes: 4, soakMinutes: 0.05 };
  const role = { flavor: "m1.small", publicAddress: true, rollout };
  const volumes = { recordings: { sizeGiB: 1, path: "/var/lib/recordings" } };
  await editDocument(({ roles, image: { name } }) => {
    imageBefore = name;
    roles.turn = { ...role, hosts: { "turn-01": {}, "turn-02": {} } };
    Object.assign(roles, { scalelite: { ...role, volumes, hosts: { "scalelite-01": {}, "scalelite-02": {} } } });
    if (roles.worker) Object.assign(roles.worker.rollout, { width: 2 });
  });
});

afterAll(async () => {
  // the estate is again the one that the other tests know
  await editDocument((document) => {
    for (const name of ["turn", "scalelite"]) delete document.roles[name];
    if (document.roles.worker) Object.assign(document.roles.worker.rollout, { width: 1 });
    const volumes = Object.fromEntries(pools.scalelite.hosts.map((host) => [`${host}-recordings`, "delete" as const]));
    document.removal = { volumes };
  });
  const up = await pulumi(["up", "--yes", "--skip-preview"]);
  expect(up.exitCode, up.text).toBe(0);
  await editDocument((document) => {
    delete document.removal;
  });
}, 600_000);

test("new roles only add: nothing that exists is replaced, deleted or restarted", async () => {
  const before = await serverIds();
  const plan = await planned();
  expect(plan.filter((step) => !step.startsWith("create "))).toEqual([]);
  expect(plan.filter((step) => step.includes("Instance ")).map((step) => step.split(" ")[2])).toEqual([
    ...pools.scalelite.hosts,
    ...pools.turn.hosts,
  ]);
  const up = await pulumi(["up", "--yes", "--skip-preview"]);
  expect(up.exitCode, up.text).toBe(0);
  const after = await serverIds();
  expect(Object.keys(after).sort()).toEqual([...all].sort());
  for (const host of Object.keys(before)) expect(after[host], host).toBe(before[host]);
});

let sightings: readonly Sighting[];
let replaced: Awaited<ReturnType<typeof absences>>;
let nodesBefore: Awaited<ReturnType<typeof nodes>>;
let kept: readonly unknown[];

test("a new image replaces all twelve, each once, in one up", async () => {
  for (const host of pools.scalelite.hosts)
    await ssh(host, await announced(host), `echo ${host} was here | sudo tee ${marker}`);
  await run("openstack", "image", "create", image, "--disk-format", "raw", "--file", "/etc/os-release");
  await editDocument((document) => {
    document.image.name = image;
  });
  [nodesBefore, kept] = [await nodes(), [await addresses(), await kubeSystem()]];
  const before = await serverIds();
  const witness = await watchNodes();
  const up = await pulumi(["up", "--yes", "--skip-preview"]);
  sightings = await witness.stop();
  expect(up.exitCode, up.text).toBe(0);
  replaced = await absences(before, await serverIds());
  expect(replaced.map(({ host }) => host).sort()).toEqual([...all].sort());
});

test("nova's record: pools one after another in their order, and never more than width of one without a server", () => {
  let last = 0;
  for (const [role, { width, hosts }] of Object.entries(pools)) {
    const own = replaced.filter(({ host }) => hosts.includes(host));
    expect(mostAtOnce(own), role).toBeLessThanOrEqual(width);
    expect(Math.min(...own.map(({ from }) => from)), `${role} began too early`).toBeGreaterThanOrEqual(last);
    last = Math.max(...own.map(({ to }) => to));
  }
  // it is used, too
  expect(mostAtOnce(replaced.filter(({ host }) => pools.worker.hosts.includes(host)))).toBe(2);
});

test("the orchestrator's record: every node is a new one, of a new boot, in the order of the pools", async () => {
  const after = await nodes();
  expect(Object.keys(after).sort()).toEqual([...all].sort());
  let last = 0;
  for (const [role, { hosts }] of Object.entries(pools)) {
    for (const host of hosts) expect(after[host]?.boot, host).not.toBe(nodesBefore[host]?.boot);
    const joined = hosts.map((host) => after[host]?.since ?? 0);
    expect(Math.min(...joined), `${role} joined too early`).toBeGreaterThanOrEqual(last);
    last = Math.max(...joined);
  }
  const [first = 0, second = 0, third = 0] = pools.orchestrator.hosts.map((host) => after[host]?.since ?? 0);
  expect(first < second && second < third, `${first} ${second} ${third}`).toBe(true);
});

test("at no moment were more hosts out of service than width, nor those of two pools", () => {
  const seen = sightings.filter(({ error }) => error === undefined);
  expect(seen.length).toBeGreaterThan(60);
  for (const { usable } of seen) {
    const missing = Object.entries(pools).flatMap(([role, { width, hosts }]) => {
      const out = hosts.filter((host) => !usable.includes(host));
      return out.length > 0 ? [{ role, out, tooMany: out.length > width }] : [];
    });
    expect(missing.filter(({ tooMany }) => tooMany)).toEqual([]);
    expect(missing.length, JSON.stringify(missing)).toBeLessThanOrEqual(1);
  }
});

test("the API answered throughout: never two questions in a row without an answer", () => {
  const lost = sightings.filter(({ error }, index) => error !== undefined && sightings[index + 1]?.error !== undefined);
  expect(lost).toEqual([]);
});

test("it is the same cluster, at the same addresses, with the same data", async () => {
  expect([await addresses(), await kubeSystem()]).toEqual(kept);
  for (const host of pools.scalelite.hosts)
    expect(await ssh(host, await announced(host), `cat ${marker}`)).toBe(`${host} was here`);
});

test("volumes do not leave without a word on their data; those that are kept stay as they are", async () => {
  const volumes = Object.fromEntries(pools.scalelite.hosts.map((host) => [`${host}-recordings`, "keep" as const]));
  let role: object | undefined;
  await editDocument(({ roles }) => {
    role = roles.scalelite;
    delete roles.scalelite;
  });
  const refused = await pulumi(["preview"]);
  expect(refused.exitCode).not.toBe(0);
  for (const name of Object.keys(volumes))
    expect(refused.text).toContain(`the volume ${name} is no longer in the document`);
  await editDocument((document) => {
    document.removal = { volumes };
  });
  const plan = await planned();
  expect(plan).toContain("delete openstack:compute/instance:Instance scalelite-01");
  expect(plan.filter((step) => step.includes("volume:Volume"))).toEqual([]);
  await editDocument((document) => {
    delete document.removal;
    Object.assign(document.roles, { scalelite: role });
  });
});

test("then there is nothing left to do", async () => {
  const preview = await pulumi(["preview", "--expect-no-changes", "--diff"]);
  expect(preview.exitCode, preview.text).toBe(0);
});

test("and back to the image of before it would be the same twelve", async () => {
  await editDocument((document) => {
    document.image.name = imageBefore;
  });
  const servers = (await planned()).filter((step) => /^replace .*Instance /.test(step));
  expect(servers.map((step) => step.split(" ")[2])).toEqual([...all].sort());
  await editDocument((document) => {
    document.image.name = image;
  });
});
