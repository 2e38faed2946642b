/**
 * The first estate, through the real engine: built, unchanged the second time, drift seen, broken hosts refused with the
 * reason. The estate stays for the tests that follow; estate-destroy.test.ts takes it down.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { gateOf } from "../../cli/journal/entry.ts";
import { readJournal } from "../../cli/journal/journal.ts";
import { addresses } from "../../local/addresses.ts";
import { client } from "../../local/daemon/client.ts";
import { names } from "../../local/network/names.ts";
import {
  brokenProgram,
  cloud,
  configuration,
  discard,
  editDocument,
  here,
  kubectl,
  pulumi,
  type Role,
  run,
  serverIds,
} from "./estate.ts";

interface Nodes {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
    readonly status: {
      readonly conditions: readonly { readonly type: string; readonly status: string }[];
      readonly addresses: readonly { readonly type: string; readonly address: string }[];
    };
  }[];
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly namespace: string };
    readonly spec: { readonly nodeName: string };
  }[];
}

interface Server {
  readonly id: string;
  readonly name: string;
}

async function readyNodes(): Promise<string[]> {
  const { items } = await kubectl<Nodes>("get", "nodes");
  const ready = items.filter(({ status }) =>
    status.conditions.some(({ type, status }) => type === "Ready" && status === "True"),
  );
  return ready.map(({ metadata }) => `${metadata.labels["estate/role"]}/${metadata.name}`).sort();
}

/** How many pods of each deployment of the estate can be used; k3s has its own, in kube-system. */
async function available(): Promise<(number | undefined)[]> {
  const { items } = await kubectl<{ items: { status: { availableReplicas?: number } }[] }>(
    ...(["get", "deployments", "--namespace", "estate"] as const),
  );
  return items.map(({ status }) => status.availableReplicas);
}

const firstEstate = [
  "bbb/bbb-01",
  "bbb/bbb-02",
  "orchestrator/orchestrator-01",
  "orchestrator/orchestrator-02",
  "orchestrator/orchestrator-03",
  "worker/worker-01",
];

// the operator's cloud gives its reverse zone to nobody else; rolls are to keep data
beforeAll(() =>
  editDocument(({ network, roles }) => {
    network.reverseRanges = { public: addresses.external.cidr };
    if (roles.bbb) roles.bbb.volumes = { recordings: { sizeGiB: 1, path: "/var/lib/recordings" } };
  }),
);

/** A record set as the provider leaves it where Designate did not make it ACTIVE in time: in the zone, and in no state. */
async function leaveBehind(name: string): Promise<void> {
  const openstack = await cloud();
  const zones = await openstack.list<{ id: string; name: string }>("dns", "/v2/zones", "zones");
  const zone = zones.find((one) => one.name === "estate.test.");
  const body = { name, type: "A", records: ["192.0.2.1"], description: `estate estate/${here.stack}` };
  await openstack.request("POST", "dns", `/v2/zones/${zone?.id}/recordsets`, { body });
}

/** When each of these hosts' gates was opened, and when the first of them had passed, as the journal says since a moment. */
async function gatesOf(hosts: readonly string[], since: number) {
  const entries = (await readJournal(here.stack)).filter(
    ({ host = "", time, step }) => hosts.includes(host) && Date.parse(time) >= since && gateOf(step) === "ready",
  );
  const begun = entries.filter(({ step, state }) => step === "ready" && state === "begun");
  const done = entries.filter(({ state }) => state === "done");
  return { begun, firstDone: Math.min(...done.map(({ time }) => Date.parse(time))) };
}

test("the first up builds the estate from nothing", async () => {
  const since = Date.now();
  const up = await pulumi(["up", "--yes", "--skip-preview"]);
  expect(up.text).toContain("Resources:");
  // the engine said what exists: nothing; so the hosts of a pool were made at once
  expect(up.text).not.toContain("does not say what exists");
  expect(up.exitCode, up.text).toBe(0);
  // and all of a pool were waited for at once: none waited for another to be done
  for (const pool of [
    ["orchestrator-01", "orchestrator-02", "orchestrator-03"],
    ["bbb-01", "bbb-02"],
  ]) {
    const { begun, firstDone } = await gatesOf(pool, since);
    expect(begun.map(({ host }) => host).sort()).toEqual(pool);
    for (const { host, time } of begun) expect(Date.parse(time), host).toBeLessThan(firstDone);
  }
  const kubeconfig = await run("pulumi", "stack", "output", "kubeconfig", "--show-secrets", "--stack", here.stack);
  // compared here: a failed expectation would print the operator's key
  const same = (await readFile(join(here.data, "kubeconfig"), "utf8")).trim() === kubeconfig.trim();
  expect(same, "the operator's kubeconfig is another than the stack's output").toBe(true);
  expect(await readyNodes()).toEqual(firstEstate);
});

test("the workload runs on the orchestrator's nodes", async () => {
  expect(await available()).toEqual([2]);
});

test("a node has the address of its host alone; on the orchestrator's servers there are no pods but the system's", async () => {
  const hosts = JSON.parse(
    await run("pulumi", "stack", "output", "hosts", "--json", "--stack", here.stack),
  ) as Readonly<Record<string, { readonly fixed: string }>>;
  const { items: nodes } = await kubectl<Nodes>("get", "nodes");
  for (const { metadata, status } of nodes) {
    const internal = status.addresses.filter(({ type }) => type === "InternalIP").map(({ address }) => address);
    expect(internal, metadata.name).toEqual([hosts[metadata.name]?.fixed]);
  }
  const { items: pods } = await kubectl<Pods>("get", "pods", "--all-namespaces");
  const ours = pods.filter(({ metadata }) => metadata.namespace !== "kube-system").map(({ spec }) => spec.nodeName);
  expect(ours).toEqual(["worker-01", "worker-01"]);
});

test("its pods are programs that answer at their Service, which the cluster's name server knows", async () => {
  const host = names.host((await serverIds())["worker-01"] ?? "");
  const onHost = (...command: readonly string[]) => run("ip", "netns", "exec", host, ...command).catch(String);
  const service = await kubectl<{ spec: { clusterIP: string } }>("get", "service", "hello", "--namespace", "estate");
  const { clusterIP } = service.spec;
  const name = "hello.estate.svc.cluster.local";
  const server = await kubectl<{ spec: { clusterIP: string } }>("get", "service", "kube-dns", "-n", "kube-system");
  const ask = () => onHost("dig", "+short", "+time=2", "+tries=1", `@${server.spec.clusterIP}`, name);
  await expect.poll(ask, { timeout: 60_000, interval: 1000 }).toBe(clusterIP);
  expect(await onHost("curl", "--silent", "--max-time", "5", `http://${clusterIP}/`)).toMatch(/^Hostname: hello-/);
});

test("names lead to addresses, from outside and from inside", async () => {
  const outside = (await run("dig", "+short", "api.estate.test")).split("\n").sort();
  const inside = (await run("dig", "+short", "api.internal.estate.test")).split("\n").sort();
  expect(outside).toHaveLength(3);
  expect(outside.every((address) => address.startsWith("203.0.113."))).toBe(true);
  expect(inside).toHaveLength(3);
  expect(inside.every((address) => address.startsWith("10.20.0."))).toBe(true);
});

test("addresses lead back to names: fixed ones to internal names, floating IPs to those that others are told", async () => {
  for (const host of ["bbb-01", "bbb-02", "orchestrator-01"])
    for (const name of [`${host}.estate.test`, `${host}.internal.estate.test`]) {
      const address = await run("dig", "+short", name);
      expect(await run("dig", "+short", "-x", address), address).toBe(`${name}.`);
    }
});

test("no secret of the estate is in its state in clear", async () => {
  const state = await run("pulumi", "stack", "export", "--stack", here.stack);
  const config = await configuration();
  const secrets = Object.entries(config).filter(([, { secret }]) => secret);
  expect(secrets.length).toBeGreaterThan(10);
  const leaked = secrets.filter(([, { value }]) => {
    const body = value.split("\n").find((line) => line.length > 20 && !line.startsWith("-----")) ?? value;
    return state.includes(body) || state.includes(Buffer.from(value).toString("base64").slice(0, 40));
  });
  expect(leaked.map(([name]) => name)).toEqual([]);
});

test("a second preview has nothing to do", async () => {
  const preview = await pulumi(["preview", "--expect-no-changes", "--diff"]);
  expect(preview.exitCode, preview.text).toBe(0);
});

test("the estate keeps to its policy pack; SSH for the world stops the preview, with the cure", async () => {
  const kept = await pulumi(["preview", "--policy-pack", "policies"]);
  expect(kept.exitCode, kept.text).toBe(0);
  expect(kept.text).toContain("estate");
  const ssh = 'on: "hosts", sources: ["admins", "orchestrator"] }';
  const broken = await brokenProgram("stacks/ports.ts", ssh, 'on: "hosts", sources: ["world"] }');
  const refused = await pulumi(["preview", "--policy-pack", "policies"], broken);
  await discard(broken);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.text).toContain("name the ranges administrators work from in admins.cidrs");
});

test("a refresh of what was just built finds it as it is", async () => {
  const refresh = await pulumi(["refresh", "--preview-only", "--expect-no-changes", "--diff"]);
  expect(refresh.exitCode, refresh.text).toBe(0);
});

test("a change made by hand is seen as drift, and the next up takes it back", async () => {
  const openstack = await cloud();
  const server = (await openstack.list<Server>("compute", "/servers", "servers")).find(
    ({ name }) => name === "worker-01",
  );
  await openstack.request("PUT", "compute", `/servers/${server?.id}`, {
    body: { server: { name: "renamed-by-hand" } },
  });
  const drift = await pulumi(["refresh", "--preview-only", "--expect-no-changes", "--diff"]);
  expect(drift.exitCode).toBe(7);
  expect(drift.text).toContain("renamed-by-hand");
  const up = await pulumi(["up", "--refresh", "--yes", "--skip-preview"]);
  expect(up.exitCode, up.text).toBe(0);
  const after = await openstack.list<Server>("compute", "/servers", "servers");
  expect(after.find(({ id }) => id === server?.id)?.name).toBe("worker-01");
});

test("a host whose Ignition holds a wrong token does not join, and up fails with that reason", async () => {
  await leaveBehind("worker-02.estate.test.");
  await editDocument(({ roles }) => addHost(roles.worker, "worker-02", { joinMinutes: 0.75 }));
  const broken = await brokenProgram(
    "ignition/k3s.ts",
    '"node", secrets.agentToken)',
    '"node", facts.host.name === "worker-02" ? "wrong" : secrets.agentToken)',
  );
  const up = await pulumi(["up", "--yes", "--skip-preview"], broken);
  await discard(broken);
  expect(up.exitCode, up.text).not.toBe(0);
  expect(up.text).toMatch(/worker-02 .*token/);
  expect(up.text).toMatch(/dns-worker-02.*retrying create due to on-error hook/s);
  expect(await readyNodes()).toEqual(firstEstate);
  expect(await (await client(here)).reason("worker-02")).toMatch(/token/);
});

test("a record set that a failed attempt left in the zone did not stand in its way", async () => {
  expect(await run("dig", "+short", "worker-02.estate.test")).toMatch(/^10\.20\.0\.\d+$/);
});

test("with the right token, the next up replaces that host alone, and it joins", async () => {
  const before = await serverIds();
  await editDocument(({ roles }) => addHost(roles.worker, "worker-02", { joinMinutes: 4 }));
  const up = await pulumi(["up", "--yes", "--skip-preview"]);
  expect(up.exitCode, up.text).toBe(0);
  expect(await readyNodes()).toEqual([...firstEstate, "worker/worker-02"]);
  const after = await serverIds();
  expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(["worker-02"]);
});

test("without the rule that lets it reach the API, a new host does not join, and up fails with that reason", async () => {
  const api = 'on: "orchestrator", sources: ["hosts", "admins"], balanced: true }';
  const broken = await brokenProgram(
    "stacks/ports.ts",
    api,
    'on: "orchestrator", sources: ["admins"], balanced: true }',
  );
  // the engine deletes last: the rule must be gone before the host comes
  const closed = await pulumi(["up", "--yes", "--skip-preview"], broken);
  expect(closed.exitCode, closed.text).toBe(0);
  await editDocument(({ roles }) => addHost(roles.worker, "worker-03", { joinMinutes: 0.75 }));
  const up = await pulumi(["up", "--yes", "--skip-preview"], broken);
  await discard(broken);
  expect(up.exitCode, up.text).not.toBe(0);
  expect(up.text).toMatch(/worker-03 .*6443/);
  expect(await (await client(here)).reason("worker-03")).toMatch(/6443.*rule/);
});

test("with the rule back, the next up goes on from there", async () => {
  await editDocument(({ roles }) => addHost(roles.worker, "worker-03", { joinMinutes: 4 }));
  const up = await pulumi(["up", "--yes", "--skip-preview"]);
  expect(up.exitCode, up.text).toBe(0);
  // the rule was every host's: some were lost to the API, and come back by themselves
  const whole = [...firstEstate, "worker/worker-02", "worker/worker-03"];
  const patience = { timeout: 120_000, interval: 1000 };
  await expect.poll(readyNodes, patience).toEqual(whole);
  await expect.poll(available, patience).toEqual([2]);
});

function addHost(role: Role | undefined, name: string, rollout: { joinMinutes: number }): void {
  if (!role) throw new Error("the local document has no role worker");
  role.hosts[name] = { availabilityZone: "az1" };
  Object.assign(role.rollout, rollout);
}
