/**
 * A small estate of three servers beside the first one, on the same cloud: its API is behind a VIP, which servers hand on to each other;
 * it moves away from it, and back.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareStack } from "../../cli/local/stack.ts";
import { readStackFile, writeStackFile } from "../../cli/stack-file.ts";
import { addresses } from "../../local/addresses.ts";
import { names } from "../../local/network/names.ts";
import { project } from "../../local/place.ts";
import { cloud, here, type Ran, run } from "../engine/estate.ts";

const stack = `${here.stack}-vip`;
const servers = ["vip-o-01", "vip-o-02", "vip-o-03"];
const internal = "api.internal.vip.test";
let folder: string;
/** Whether there is anything to take down. */
let standing = true;
/** The file of the operator's kubeconfig, once it was asked for: it is the same for the life of the estate. */
let kubeconfig: string | undefined;

async function pulumi(...command: readonly string[]): Promise<Ran> {
  const args = [...command, "--stack", stack, "--non-interactive", "--color=never"];
  const result = await execa("pulumi", args, { cwd: project, reject: false, all: true, stdin: "ignore" });
  return { exitCode: result.exitCode ?? -1, text: result.all };
}

async function up(): Promise<void> {
  const { exitCode, text } = await pulumi("up", "--yes", "--skip-preview");
  expect(exitCode, text).toBe(0);
}

interface Document extends Record<string, unknown> {
  orchestrator: Record<string, unknown>;
  readonly network: object;
}

async function changeDocument(change: (document: Document) => void): Promise<void> {
  const file = await readStackFile(stack);
  change(file.config?.["estate:estate"] as Document);
  await writeStackFile(stack, file);
}

const front = (kind: string) =>
  changeDocument(({ orchestrator }) => {
    orchestrator.api = { front: kind };
  });

const rollout = { joinMinutes: 4, drainMinutes: 4, soakMinutes: 0.05 };
const role = { flavor: "m1.small", rollout };

function small(document: Document): void {
  const mirror = { endpoints: [`http://${addresses.mirror}`] };
  Object.assign(document.orchestrator, { registries: { "ghcr.io": mirror }, api: { front: "vip" } });
  Object.assign(document, {
    ...{ name: "vip", zone: "vip.test", sites: { local: { cidr: "10.40.0.0/24" } } },
    roles: {
      orchestrator: { ...role, publicAddress: true, hosts: Object.fromEntries(servers.map((name) => [name, {}])) },
      worker: { ...role, runs: ["pods"], hosts: { "vip-w-01": {} } },
    },
  });
}

/** Ids of the estate's servers, by name. */
async function ids(): Promise<Record<string, string>> {
  const all = await (await cloud()).list<{ id: string; name: string }>("compute", "/servers", "servers");
  return Object.fromEntries(all.filter(({ name }) => name.startsWith("vip-")).map(({ id, name }) => [name, id]));
}

/** Hosts that another server has now, by name. */
function changed(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  return Object.keys(after)
    .filter((name) => after[name] !== before[name])
    .sort();
}

async function vip(): Promise<string> {
  const ports = await (await cloud()).list<{ name: string; fixed_ips: readonly { ip_address: string }[] }>(
    ...(["network", "/v2.0/ports", "ports"] as const),
  );
  return ports.find(({ name }) => name === "vip-api")?.fixed_ips[0]?.ip_address ?? "";
}

/** The servers that have the address on an interface. */
async function holders(address: string): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(await ids()).map(async ([name, id]) => {
      const { stdout } = await execa("ip", ["netns", "exec", names.host(id), "ip", "-4", "-o", "address"], {
        reject: false,
      });
      return stdout.includes(` ${address}/32 `) ? [name] : [];
    }),
  );
  return found.flat();
}

async function inHost(name: string, ...command: readonly string[]): Promise<string> {
  return run("ip", "netns", "exec", names.host((await ids())[name] ?? ""), ...command);
}

/** The operator's kubeconfig, as the stack gives it now. */
async function currentKubeconfig(): Promise<string> {
  return run("pulumi", "stack", "output", "kubeconfig", "--show-secrets", "--stack", stack);
}

/** With the operator's kubeconfig of this estate, by the API's name outside. */
async function kubectl(...command: readonly string[]): Promise<string> {
  if (kubeconfig === undefined) {
    const file = join(folder, "kubeconfig");
    await writeFile(file, await currentKubeconfig(), { mode: 0o600 });
    kubeconfig = file;
  }
  return run("kubectl", "--kubeconfig", kubeconfig, "--request-timeout=5s", ...command);
}

/** Which cluster it is. */
async function uid(): Promise<string> {
  return kubectl("get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}");
}

/** The longest time, in milliseconds, in which the API's name answered nobody, while something went on. */
async function silenceDuring(task: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = Date.now();
  let going = true;
  const watch = (async () => {
    while (going) {
      const ask = ["--silent", "--insecure", "--max-time", "2", "--output", "/dev/null"];
      const { exitCode } = await execa("curl", [...ask, "https://api.vip.test:6443/ping"], { reject: false });
      if (exitCode === 0) last = Date.now();
      longest = Math.max(longest, Date.now() - last);
      await sleep(500);
    }
  })();
  await task().finally(() => {
    going = false;
  });
  await watch;
  return longest;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-vip-"));
  // of a run that was killed: its secrets are of another passphrase
  await rm(join(project, `Pulumi.${stack}.yaml`), { force: true });
  await prepareStack(here, stack, join(folder, "operator"));
  await changeDocument(small);
});

afterAll(async () => {
  if (standing) await pulumi("destroy", "--yes", "--skip-preview");
  await rm(folder, { recursive: true, force: true });
  await pulumi("stack", "rm", "--yes");
  await rm(join(project, `Pulumi.${stack}.yaml`), { force: true });
});

test("an estate is made behind a VIP", async () => {
  await up();
  expect(await holders(await vip())).toHaveLength(1);
  expect((await kubectl("get", "nodes", "--output", "name")).split("\n")).toHaveLength(4);
});

test("who has the address is announced, and answers at it from inside and, by its floating IP, from outside", async () => {
  const address = await vip();
  const [holder = ""] = await holders(address);
  const mac = (await inHost(holder, "cat", "/sys/class/net/eth0/address")).trim();
  await inHost("vip-w-01", "curl", "--silent", "--insecure", "--max-time", "5", `https://${address}:6443/ping`);
  expect(await inHost("vip-w-01", "ip", "neighbour", "show", address)).toContain(mac);
  const lease = ["get", "lease", "plndr-cp-lock", "--namespace", "kube-system"];
  expect(await kubectl(...lease, "--output", "jsonpath={.spec.holderIdentity}")).toBe(holder);
  const pods = await kubectl("get", "pods", "--namespace", "kube-system", "--output", "name");
  expect(pods.split("\n")).toEqual(expect.arrayContaining(servers.map((name) => `pod/kube-vip-${name}`)));
});

test("a worker may not take the address: the network drops what it says in its name", async () => {
  const address = await vip();
  const [holder = ""] = await holders(address);
  const mac = (await inHost(holder, "cat", "/sys/class/net/eth0/address")).trim();
  await inHost("vip-w-01", "ip", "address", "add", `${address}/32`, "dev", "eth0");
  try {
    const watcher = servers.find((name) => name !== holder) ?? "";
    await inHost(watcher, "ip", "neighbour", "flush", "to", address);
    await inHost(watcher, "curl", "--silent", "--insecure", "--max-time", "5", `https://${address}:6443/ping`);
    expect(await inHost(watcher, "ip", "neighbour", "show", address)).toContain(mac);
  } finally {
    await inHost("vip-w-01", "ip", "address", "delete", `${address}/32`, "dev", "eth0");
  }
});

test("when its server dies another takes it over, within seconds; the first does not take it back when it is there again", async () => {
  const address = await vip();
  const [holder = ""] = await holders(address);
  const openstack = await cloud();
  const act = async (body: object) =>
    void (await openstack.request("POST", "compute", `/servers/${(await ids())[holder]}/action`, { body }));
  const silence = await silenceDuring(async () => {
    await act({ "os-stop": null });
    await expect
      .poll(async () => (await holders(address)).filter((name) => name !== holder), { timeout: 60_000, interval: 500 })
      .toHaveLength(1);
    await sleep(3000);
  });
  expect(silence).toBeLessThan(30_000);
  const [next = ""] = (await holders(address)).filter((name) => name !== holder);
  await act({ "os-start": null });
  const node = ["get", "node", holder, "--output", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'];
  await expect.poll(async () => kubectl(...node).catch(String), { timeout: 180_000, interval: 2000 }).toBe("True");
  expect(await holders(address)).toEqual([next]);
});

test("a roll of the server that has it: it is handed on, the cluster stays the same, and is never long without an answer", async () => {
  const [holder = ""] = await holders(await vip());
  const [before, cluster] = [await ids(), await uid()];
  await changeDocument(({ roles }) => {
    const { orchestrator } = roles as { orchestrator: { hosts: Record<string, { generation?: number }> } };
    orchestrator.hosts[holder] = { generation: 1 };
  });
  expect(await silenceDuring(up)).toBeLessThan(30_000);
  expect(changed(before, await ids())).toEqual([holder]);
  expect(await uid()).toBe(cluster);
  expect(await holders(await vip())).toHaveLength(1);
});

test("it moves away from it: the address is gone, the servers' are named again", async () => {
  const [before, cluster] = [await ids(), await uid()];
  await front("hosts");
  await up();
  expect(changed(before, await ids())).toEqual(servers);
  await expect.poll(() => uid().catch(String), { timeout: 60_000, interval: 2000 }).toBe(cluster);
  expect(await vip()).toBe("");
  expect((await run("dig", "+short", internal)).split("\n")).toHaveLength(3);
});

test("it moves to a VIP again: its servers are replaced, and no other host; the API is there meanwhile", async () => {
  const [before, cluster] = [await ids(), await uid()];
  await front("vip");
  const silence = await silenceDuring(up);
  expect(changed(before, await ids())).toEqual(servers);
  await expect.poll(() => uid().catch(String), { timeout: 60_000, interval: 2000 }).toBe(cluster);
  expect(silence).toBeLessThan(60_000);
  const address = await vip();
  expect(await run("dig", "+short", internal)).toBe(address);
  expect(await holders(address)).toHaveLength(1);
  expect(await currentKubeconfig()).toBe(await readFile(join(folder, "kubeconfig"), "utf8"));
  const preview = await pulumi("preview", "--expect-no-changes", "--diff");
  expect(preview.exitCode, preview.text).toBe(0);
});

test("it is destroyed with its VIP", async () => {
  // as operators do it: nothing is drained, since all of it goes
  const destroy = await execa(join(project, "cli", "estate"), ["destroy", "--yes", "--stack", stack], {
    ...{ cwd: project, reject: false, all: true, stdin: "ignore" },
  });
  expect(destroy.exitCode, destroy.all).toBe(0);
  expect([await vip(), await ids()]).toEqual(["", {}]);
  standing = false;
});
