/**
 * A small estate of three servers beside the first one, on the same cloud: its API is behind a VIP, which servers hand on to each other;
 * it moves to a load balancer of Octavia, and back.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addresses } from "../../local/addresses.ts";
import { names } from "../../local/network/names.ts";
import { cloud, run } from "../engine/estate.ts";
import { changed, type SmallDocument, SmallEstate } from "./small-estate.ts";

interface Node {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo: { readonly bootID: string };
  };
}

const estate = new SmallEstate("vip");
const servers = ["vip-o-01", "vip-o-02", "vip-o-03"];
const internal = "api.internal.vip.test";
/** Whether there is anything to take down. */
let standing = true;

async function up(): Promise<void> {
  const { exitCode, text } = await estate.pulumi("up", "--yes", "--skip-preview");
  expect(exitCode, text).toBe(0);
}

const front = (kind: string) =>
  estate.change(({ orchestrator }) => {
    orchestrator.api = { front: kind };
  });

const rollout = { joinMinutes: 4, drainMinutes: 4, soakMinutes: 0.05 };
const role = { flavor: "m1.small", rollout };

function small(document: SmallDocument): void {
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

async function vip(): Promise<string> {
  const ports = await (await cloud()).list<{ name: string; fixed_ips: readonly { ip_address: string }[] }>(
    ...(["network", "/v2.0/ports", "ports"] as const),
  );
  return ports.find(({ name }) => name === "vip-api")?.fixed_ips[0]?.ip_address ?? "";
}

/** Of the estate, before its API. */
async function balancers(): Promise<{ readonly vip_address: string }[]> {
  const all = await (await cloud()).list<{ name: string; vip_address: string }>(
    ...(["load-balancer", "/v2/lbaas/loadbalancers", "loadbalancers"] as const),
  );
  return all.filter(({ name }) => name === "vip-api");
}

/** The servers that have the address on an interface. */
async function holders(address: string): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(await estate.servers()).map(async ([name, id]) => {
      const { stdout } = await execa("ip", ["netns", "exec", names.host(id), "ip", "-4", "-o", "address"], {
        reject: false,
      });
      return stdout.includes(` ${address}/32 `) ? [name] : [];
    }),
  );
  return found.flat();
}

async function inHost(name: string, ...command: readonly string[]): Promise<string> {
  return run("ip", "netns", "exec", names.host((await estate.servers())[name] ?? ""), ...command);
}

/** Of as many calls of the API as there are servers, one after the other, how many are answered. */
async function answers(): Promise<number> {
  let answered = 0;
  for (const _ of servers) {
    const version = await estate.kubectl("version").catch(() => "");
    if (version.includes("Server Version")) answered += 1;
  }
  return answered;
}

async function act(name: string, body: object): Promise<void> {
  const openstack = await cloud();
  await openstack.request("POST", "compute", `/servers/${(await estate.servers())[name]}/action`, { body });
}

async function ready(name: string): Promise<void> {
  const node = ["get", "node", name, "--output", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'];
  await expect.poll(() => estate.kubectl(...node).catch(String), { timeout: 180_000, interval: 2000 }).toBe("True");
}

/** By node: which boot it is of, once it is Ready. */
async function readyBoots(): Promise<Record<string, string>> {
  const { items } = JSON.parse(await estate.kubectl("get", "nodes", "--output", "json")) as { items: readonly Node[] };
  const ready = items.filter(({ status }) =>
    status.conditions.some((one) => one.type === "Ready" && one.status === "True"),
  );
  return Object.fromEntries(ready.map(({ metadata, status }) => [metadata.name, status.nodeInfo.bootID]));
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

beforeAll(() => estate.prepare(small));
afterAll(async () => {
  if (standing) await estate.pulumi("destroy", "--yes", "--skip-preview");
  await estate.remove();
});

test("an estate is made behind a VIP", async () => {
  await up();
  expect(await holders(await vip())).toHaveLength(1);
  expect((await estate.kubectl("get", "nodes", "--output", "name")).split("\n")).toHaveLength(4);
});

test("who has the address is announced, and answers at it from inside and, by its floating IP, from outside", async () => {
  const address = await vip();
  const [holder = ""] = await holders(address);
  const mac = (await inHost(holder, "cat", "/sys/class/net/eth0/address")).trim();
  await inHost("vip-w-01", "curl", "--silent", "--insecure", "--max-time", "5", `https://${address}:6443/ping`);
  expect(await inHost("vip-w-01", "ip", "neighbour", "show", address)).toContain(mac);
  const lease = ["get", "lease", "plndr-cp-lock", "--namespace", "kube-system"];
  expect(await estate.kubectl(...lease, "--output", "jsonpath={.spec.holderIdentity}")).toBe(holder);
  const pods = await estate.kubectl("get", "pods", "--namespace", "kube-system", "--output", "name");
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

/** What neutron takes of a rule when it is made. */
const ruleFields = [
  ...(["security_group_id", "direction", "ethertype", "protocol"] as const),
  ...(["port_range_min", "port_range_max", "remote_group_id"] as const),
] as const;

type Rule = Readonly<Record<(typeof ruleFields)[number] | "id", string | number | null>>;

test("pods of two hosts are joined by the catalogue's rule for the overlay: without it they are apart, with it again they are not", async () => {
  const hello = ["get", "pods", "--namespace", "estate", "--selector", "app.kubernetes.io/name=hello"];
  const pod = await estate.kubectl(...hello, "--output", "jsonpath={.items[0].status.podIP}");
  // both may: the policy of its application lets in all hosts
  const ask = (host: string) =>
    inHost(host, "curl", "--silent", "--max-time", "2", `http://${pod}:8080/`).catch(() => "nobody");
  const [near, far] = ["vip-w-01", "vip-o-01"] as const;
  const patience = { timeout: 30_000, interval: 500 };
  await expect.poll(() => ask(far), patience).toMatch(/^Hostname: hello-/);
  const openstack = await cloud();
  const groups = await openstack.list<{ id: string; name: string }>(
    "network",
    "/v2.0/security-groups",
    "security_groups",
  );
  const group = groups.find(({ name }) => name === "vip-hosts")?.id;
  const all = await openstack.list<Rule>("network", "/v2.0/security-group-rules", "security_group_rules");
  const [rule, ...others] = all.filter(
    (one) => one.security_group_id === group && one.direction === "ingress" && one.port_range_min === 8472,
  );
  if (!rule || others.length > 0) throw new Error("the group vip-hosts has not one rule for the overlay");
  const body = Object.fromEntries(ruleFields.map((field) => [field, rule[field]]));
  await openstack.request("DELETE", "network", `/v2.0/security-group-rules/${rule.id}`);
  try {
    await expect.poll(() => ask(far), patience).toBe("nobody");
    expect(await ask(near)).toMatch(/^Hostname: hello-/);
  } finally {
    await openstack.request("POST", "network", "/v2.0/security-group-rules", { body: { security_group_rule: body } });
  }
  await expect.poll(() => ask(far), patience).toMatch(/^Hostname: hello-/);
});

test("when its server dies another takes it over, within seconds; the first does not take it back when it is there again", async () => {
  const address = await vip();
  const [holder = ""] = await holders(address);
  const silence = await silenceDuring(async () => {
    await act(holder, { "os-stop": null });
    await expect
      .poll(async () => (await holders(address)).filter((name) => name !== holder), { timeout: 60_000, interval: 500 })
      .toHaveLength(1);
    await sleep(3000);
  });
  expect(silence).toBeLessThan(30_000);
  const [next = ""] = (await holders(address)).filter((name) => name !== holder);
  await act(holder, { "os-start": null });
  await ready(holder);
  expect(await holders(address)).toEqual([next]);
});

test("after a reboot of all its hosts at once it comes back by itself: one server has the address, and it is the same cluster", async () => {
  const [address, before, cluster] = [await vip(), await estate.servers(), await estate.clusterId()];
  const boots = await readyBoots();
  const all = Object.keys(before).sort();
  expect(Object.keys(boots).sort()).toEqual(all);
  await Promise.all(all.map((name) => act(name, { reboot: { type: "HARD" } })));
  const back = async () => {
    const now = await readyBoots().catch((): Record<string, string> => ({}));
    return all.filter((name) => now[name] && now[name] !== boots[name]);
  };
  await expect.poll(back, { timeout: 240_000, interval: 2000 }).toEqual(all);
  await expect.poll(() => holders(address), { timeout: 30_000, interval: 1000 }).toHaveLength(1);
  expect(await answers()).toBe(servers.length);
  await inHost("vip-w-01", "curl", "--silent", "--insecure", "--max-time", "5", `https://${address}:6443/ping`);
  expect([await vip(), await estate.servers(), await estate.clusterId()]).toEqual([address, before, cluster]);
});

test("a roll of the server that has it: it is handed on, the cluster stays the same, and is never long without an answer", async () => {
  const [holder = ""] = await holders(await vip());
  const [before, cluster] = [await estate.servers(), await estate.clusterId()];
  await estate.change(({ roles: { orchestrator } }) => {
    Object.assign(orchestrator?.hosts ?? {}, { [holder]: { generation: 1 } });
  });
  expect(await silenceDuring(up)).toBeLessThan(30_000);
  expect(changed(before, await estate.servers())).toEqual([holder]);
  expect(await estate.clusterId()).toBe(cluster);
  expect(await holders(await vip())).toHaveLength(1);
});

test("it moves to a load balancer: its servers are replaced, and no other host; the VIP's address is gone", async () => {
  const [before, cluster] = [await estate.servers(), await estate.clusterId()];
  await front("loadBalancer");
  const silence = await silenceDuring(up);
  expect(changed(before, await estate.servers())).toEqual(servers);
  await expect.poll(() => estate.clusterId().catch(String), { timeout: 60_000, interval: 2000 }).toBe(cluster);
  expect(silence).toBeLessThan(60_000);
  expect(await vip()).toBe("");
  const [balancer] = await balancers();
  expect(await run("dig", "+short", internal)).toBe(balancer?.vip_address);
  await inHost("vip-w-01", "curl", "--silent", "--insecure", "--max-time", "5", `https://${internal}:6443/ping`);
});

test("it leaves out a server that is off, within seconds", async () => {
  const [, off = ""] = servers;
  try {
    const silence = await silenceDuring(async () => {
      await act(off, { "os-stop": null });
      await sleep(20_000);
    });
    expect(silence).toBeLessThan(20_000);
    // by then it is asked no more, or with its third look, which on a busy machine comes a little later
    await expect.poll(answers, { timeout: 30_000, interval: 1000 }).toBe(servers.length);
  } finally {
    await act(off, { "os-start": null });
    await ready(off);
  }
});

test("it moves to a VIP again: its servers are replaced, and no other host; the API is there meanwhile", async () => {
  const [before, cluster] = [await estate.servers(), await estate.clusterId()];
  await front("vip");
  const silence = await silenceDuring(up);
  expect(changed(before, await estate.servers())).toEqual(servers);
  await expect.poll(() => estate.clusterId().catch(String), { timeout: 60_000, interval: 2000 }).toBe(cluster);
  expect(silence).toBeLessThan(60_000);
  const address = await vip();
  expect(await run("dig", "+short", internal)).toBe(address);
  expect(await balancers()).toEqual([]);
  expect(await holders(address)).toHaveLength(1);
  expect(await estate.kubeconfig()).toBe(await readFile(join(estate.folder, "kubeconfig"), "utf8"));
  const preview = await estate.pulumi("preview", "--expect-no-changes", "--diff");
  expect(preview.exitCode, preview.text).toBe(0);
});

test("it is destroyed with its VIP", async () => {
  // as operators do it: nothing is drained, since all of it goes
  const destroy = await estate.estate("destroy", "--yes");
  expect(destroy.exitCode, destroy.text).toBe(0);
  expect([await vip(), await estate.servers()]).toEqual(["", {}]);
  standing = false;
});
