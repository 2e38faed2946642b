/**
 * An estate of twelve hosts, with a role for each workload: who reaches whom in it, and a new image for all in one plain `pulumi up`, pool
 * after pool, watched from nova and from the orchestrator. The tests that follow have these twelve.
 */
import { randomUUID } from "node:crypto";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Checkpoint } from "../../cli/interrupted.ts";
import { readJournal } from "../../cli/journal/journal.ts";
import type { Refusal } from "../../cli/preview/judge.ts";
import type { Plan } from "../../cli/preview/plan.ts";
import { readStackFile, writeStackFile } from "../../cli/stack-file.ts";
import { addresses as local } from "../../local/addresses.ts";
import { deriveFacts, type EstateFacts } from "../../stacks/facts.ts";
import { parseEstate } from "../../stacks/parse.ts";
import {
  brokenProgram,
  cloud,
  type Document,
  discard,
  editDocument,
  estate,
  here,
  kubectl,
  planned,
  pulumi,
  run,
  serverIds,
} from "./estate.ts";
import { announced, leaveMarker, markOf, readMarker } from "./marker.ts";
import { reach } from "./reach/reach.ts";
import { added, annex, pools } from "./roll/pools.ts";
import { absences, mostAtOnce } from "./roll/record.ts";
import { longestSilence, type Sighting, silence, watchNodes } from "./roll/witness.ts";
import { ssh } from "./ssh.ts";

const image = "flatcar-next";
const all: readonly string[] = Object.values(pools).flatMap(({ hosts }) => hosts);
/** An address outside that no administrator has. */
const world = "203.0.113.254";
const onBridge = [`${world}/32`, "dev", local.external.bridge];

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

const siteOf = (host: string) => (isOne(annex.hosts, host) ? annex.site : "local");
const isOne = (hosts: readonly string[], host: string) => hosts.includes(host);
const kubeSystem = () => run("kubectl", "get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}");

/** The members of etcd, by names that each new one makes for itself. */
async function members(): Promise<string[]> {
  const { items } = await kubectl<{ items: { metadata: { annotations?: Record<string, string> } }[] }>(
    ...(["get", "nodes", "--selector", "node-role.kubernetes.io/etcd=true"] as const),
  );
  return items.map(({ metadata }) => metadata.annotations?.["etcd.k3s.cattle.io/node-name"] ?? "").sort();
}

const etcdKeys = "/var/lib/rancher/k3s/server/tls/etcd";
const asPeer = [`--cacert ${etcdKeys}/peer-ca.crt`, `--cert ${etcdKeys}/peer-server-client.crt`];
// by HTTP/2 this port speaks gRPC alone
const askPeer = ["curl --http1.1 --silent --show-error --max-time 10 --dump-header - --output /dev/null", ...asPeer];

/** The id of the cluster that the etcd of a server is in, as that one tells its peers. */
async function etcdCluster(server: string): Promise<string> {
  const command = [...askPeer, `--key ${etcdKeys}/peer-server-client.key`, "https://127.0.0.1:2380/members"].join(" ");
  const headers = await ssh(server, await announced(server), `sudo ${command}`);
  const [, id] = headers.match(/^x-etcd-cluster-id: ([0-9a-f]+)\s*$/im) ?? [];
  if (!id) throw new Error(`the etcd of ${server} does not say which cluster it is in: ${headers}`);
  return id;
}
const secret = ["secret", "kept", "--namespace", "default"];
const readSecret = () => run("kubectl", "get", ...secret, "--output", "jsonpath={.metadata.uid} {.data.word}");

async function facts(): Promise<EstateFacts> {
  const { config } = await readStackFile(here.stack);
  return deriveFacts(parseEstate(config?.["estate:estate"], here.stack));
}
const ruleKeys = async () => (await facts()).rules.map(({ key }) => key);

let imageBefore: string;
let rulesBefore: readonly string[];
beforeAll(async () => {
  await run("ip", "address", "replace", ...onBridge);
  rulesBefore = await ruleKeys();
  const rollout = { joinMinutes: 4, drainMinutes: 4, soakMinutes: 0.05 };
  const volumes = { recordings: { sizeGiB: 1, path: "/var/lib/recordings" } };
  await editDocument(({ roles, sites, image: { name } }) => {
    imageBefore = name;
    const { site, cidr, availabilityZone } = annex;
    sites[site] = { cidr, availabilityZone };
    // with several sites each host says where it is
    for (const { hosts } of Object.values(roles))
      for (const host of Object.values(hosts)) Object.assign(host, { site: "local" });
    for (const name of added) {
      const hosts = Object.fromEntries(pools[name].hosts.map((host) => [host, { site: siteOf(host) }]));
      const role = { flavor: "m1.small", publicAddress: true, rollout, hosts };
      Object.assign(roles, { [name]: name === "scalelite" ? { ...role, volumes } : role });
    }
    if (roles.worker) Object.assign(roles.worker.rollout, { width: pools.worker.width });
  });
});
afterAll(async () => {
  await execa("ip", ["address", "delete", ...onBridge], { reject: false });
  await execa("kubectl", ["delete", ...secret, "--ignore-not-found"], { reject: false });
});

test("new roles only add hosts: of what exists go only rules that were for pods of their workloads, and hello hears the new site", async () => {
  const before = await serverIds();
  const plan = await planned();
  const rules = await ruleKeys();
  const gone = rulesBefore.filter((key) => !rules.includes(key));
  expect(gone.every((key) => key.includes("worker"))).toBe(true);
  const changes = gone.map((key) => `delete openstack:networking/secGroupRule:SecGroupRule ${key}`);
  // hosts of a site may ask hello
  changes.push("update kubernetes:networking.k8s.io/v1:NetworkPolicy hello");
  expect(plan.filter((step) => !step.startsWith("create "))).toEqual(changes.sort());
  expect(plan.filter((step) => step.includes("Instance ")).map((step) => step.split(" ")[2])).toEqual(
    added.flatMap((name) => [...pools[name].hosts]).sort(),
  );
  const up = await pulumi(["up", "--yes", "--skip-preview"]);
  expect(up.exitCode, up.text).toBe(0);
  const after = await serverIds();
  expect(Object.keys(after).sort()).toEqual([...all].sort());
  for (const host of Object.keys(before)) expect(after[host], host).toBe(before[host]);
});

test("the second site has a network of its own behind the same router, and its hosts are there, in its zone", async () => {
  const openstack = await cloud();
  const servers = await openstack.list<{ name: string; "OS-EXT-AZ:availability_zone": string }>(
    ...(["compute", "/servers/detail", "servers"] as const),
  );
  const there = await addresses();
  for (const host of all) {
    const inside = there.some((line) => line.startsWith(`${host} ${annex.prefix}`));
    expect(inside, host).toBe(isOne(annex.hosts, host));
  }
  for (const host of annex.hosts) {
    const server = servers.find(({ name }) => name === host);
    expect(server?.["OS-EXT-AZ:availability_zone"], host).toBe(annex.availabilityZone);
    const name = `${host}.internal.estate.test`;
    const address = await run("dig", "+short", name);
    expect(address).toContain(annex.prefix);
    expect(await run("dig", "+short", "-x", address)).toBe(`${name}.`);
  }
  const ports = await openstack.list<{ device_id: string; device_owner: string }>("network", "/v2.0/ports", "ports");
  const interfaces = ports.filter(({ device_owner }) => device_owner === "network:router_interface");
  expect(new Set(interfaces.map(({ device_id }) => device_id)).size, "routers").toBe(1);
  expect(interfaces, "one in each site").toHaveLength(2);
});

test("between every two roles, and from outside: what the port catalogue allows connects, and nothing else does", async () => {
  const { tried, wrong } = await reach(await facts(), { admin: local.external.gateway, world });
  expect(wrong).toEqual([]);
  expect(tried).toBeGreaterThan(1000);
});

/** Hosts with a data volume. */
const keepers = [...pools.bbb.hosts, ...pools.scalelite.hosts];
let listed: readonly string[];
let since: number;
let sightings: readonly Sighting[];
let replaced: Awaited<ReturnType<typeof absences>>;
let nodesBefore: Awaited<ReturnType<typeof nodes>>;
let kept: readonly unknown[];
let membersBefore: readonly string[];
let etcdBefore: string;

test("a new image replaces all twelve, each once, in one up", async () => {
  for (const host of keepers) await leaveMarker(host);
  await run("openstack", "image", "create", image, "--disk-format", "raw", "--file", "/etc/os-release");
  await editDocument((document) => {
    document.image.name = image;
  });
  const preview = await estate(["preview", "--json"]);
  expect(preview.exitCode, preview.text).toBe(0);
  listed = (JSON.parse(preview.stdout) as Plan).hosts.map(({ name }) => name);
  since = Date.now();
  await run("kubectl", "create", "secret", "generic", ...secret.slice(1), `--from-literal=word=${randomUUID()}`);
  [nodesBefore, membersBefore] = [await nodes(), await members()];
  etcdBefore = await etcdCluster(pools.orchestrator.hosts[0]);
  kept = [await addresses(), await kubeSystem(), await readSecret()];
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
    const own = replaced.filter(({ host }) => isOne(hosts, host));
    expect(mostAtOnce(own), role).toBeLessThanOrEqual(width);
    expect(Math.min(...own.map(({ from }) => from)), `${role} began too early`).toBeGreaterThanOrEqual(last);
    last = Math.max(...own.map(({ to }) => to));
  }
});

test("hosts were drained in the order that the preview had listed", async () => {
  const entries = (await readJournal(here.stack)).filter(({ time }) => Date.parse(time) >= since);
  const drained = entries.filter(({ step, state }) => step === "drain" && state === "begun").map(({ host }) => host);
  // two workers begin at the same time
  const [first, second, ...rest] = drained.slice(-3);
  expect([...drained.slice(0, -3), ...[first, second].sort(), ...rest]).toEqual(listed);
  // so width is used; a disruption budget may have the second wait, and nova never see both without a server at one moment
  const placeOf = (name: string | undefined, wanted: string) =>
    entries.findIndex(({ host, step, state }) => host === name && `${step} ${state}` === wanted);
  expect(placeOf(second, "drain begun")).toBeLessThan(placeOf(first, "soak done"));
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

test("the API answered throughout: never two questions in a row without an answer, nor long none at all", () => {
  const lost = sightings.filter(({ error }, index) => error !== undefined && sightings[index + 1]?.error !== undefined);
  expect(lost).toEqual([]);
  expect(silence(sightings)).toBeLessThan(longestSilence);
});

test("it is the same cluster, at the same addresses, with the same data", async () => {
  expect([await addresses(), await kubeSystem(), await readSecret()]).toEqual(kept);
  const now = await members();
  expect(new Set([...membersBefore, ...now].filter(Boolean)).size, now.join(", ")).toBe(6);
  expect([membersBefore.length, now.length]).toEqual([3, 3]);
  for (const server of pools.orchestrator.hosts) expect(await etcdCluster(server), server).toBe(etcdBefore);
  for (const host of keepers) expect(await readMarker(host)).toBe(markOf(host));
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

/** Why a change of the document or the program is refused by `estate preview`, and by `estate up` just so. Nothing is done. */
async function dangersOf(edit: (document: Document) => void, program?: string): Promise<readonly string[]> {
  const file = await readStackFile(here.stack);
  const before = await serverIds();
  await editDocument(edit);
  const preview = await estate(["preview", "--json"], program);
  // what a preview lets pass must not be done here
  const up = preview.exitCode === 4 ? await estate(["up", "--yes"], program) : undefined;
  await writeStackFile(here.stack, file);
  if (!up) throw new Error(`the preview refuses nothing: ${preview.text}`);
  expect(up.exitCode, up.text).toBe(4);
  const { refusals } = JSON.parse(preview.stdout) as { readonly refusals: readonly Refusal[] };
  for (const { danger, what } of refusals) {
    expect(up.stderr).toContain(what);
    expect(up.stderr).toContain(`--accept ${danger}`);
  }
  expect(await serverIds()).toEqual(before);
  return refusals.map(({ danger }) => danger);
}

test("a program that makes a data volume anew is refused, by preview and by up, and which protection goes with it is said", async () => {
  const [host] = pools.scalelite.hosts;
  const exported = JSON.parse((await pulumi(["stack", "export"])).stdout) as Checkpoint;
  const { urn = "" } = exported.deployment?.resources?.find(({ urn }) => urn.endsWith(`::${host}-recordings`)) ?? {};
  const type = "...(type ? { volumeType: type } : {}),";
  const program = await brokenProgram("components/hostVolumes.ts", type, 'availabilityZone: "another",');
  const nothing = () => undefined;
  try {
    expect(await dangersOf(nothing, program)).toEqual(["data"]);
    expect((await pulumi(["state", "protect", urn, "--yes"])).exitCode).toBe(0);
    expect(await dangersOf(nothing, program)).toEqual(["protected", "data"]);
  } finally {
    await pulumi(["state", "unprotect", urn, "--yes"]);
    await discard(program);
  }
});

test("so is a document that takes addresses from hosts that stay, or many hosts away at once", async () => {
  const narrowed = ({ sites }: Document) => Object.assign(sites[annex.site] ?? {}, { cidr: "10.21.0.0/25" });
  expect(await dangersOf(narrowed)).toEqual(["addresses"]);
  const inside = ({ roles }: Document) => Object.assign(roles.greenlight ?? {}, { publicAddress: false });
  expect(await dangersOf(inside)).toEqual(["addresses"]);
  const without = (document: Document) => {
    for (const name of added) delete document.roles[name];
    delete document.sites[annex.site];
    document.removal = { volumes: { [`${pools.scalelite.hosts[0]}-recordings`]: "delete" } };
  };
  expect(await dangersOf(without)).toEqual(["removed"]);
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
