/** A small estate in mode `provider`, beside the first one on the same cloud: built, unchanged, reached without NAT, gone. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareStack } from "../../cli/local/stack.ts";
import { readStackFile, writeStackFile } from "../../cli/stack-file.ts";
import { addresses } from "../../local/addresses.ts";
import { project } from "../../local/place.ts";
import { deriveFacts } from "../../stacks/facts.ts";
import { parseEstate } from "../../stacks/parse.ts";
import { cloud, here, type Ran, run } from "../engine/estate.ts";
import { left } from "../engine/left.ts";
import { reach } from "../engine/reach/reach.ts";

const stack = `${here.stack}-campus`;
const hosts = ["campus-bbb-01", "campus-bbb-02", "campus-o-01", "campus-turn-01", "campus-w-01"];
let folder: string;
let leftBefore: readonly string[];
/** An address outside that no administrator has. */
const world = "198.51.100.254";
const onBridge = [`${world}/32`, "dev", addresses.provider.bridge];

async function pulumi(...command: readonly string[]): Promise<Ran> {
  const args = [...command, "--stack", stack, "--non-interactive", "--color=never"];
  const result = await execa("pulumi", args, { cwd: project, reject: false, all: true, stdin: "ignore" });
  return { exitCode: result.exitCode ?? -1, text: result.all };
}

async function count(path: string, key: string): Promise<number> {
  return (await (await cloud()).list("network", path, key)).length;
}

let before: readonly number[];
const counts = () =>
  Promise.all([
    count("/v2.0/routers", "routers"),
    count("/v2.0/floatingips", "floatingips"),
    count("/v2.0/networks", "networks"),
  ]);

interface Document extends Record<string, unknown> {
  readonly network: { readonly nameservers: object; readonly downloads: object };
  roles: Record<string, { hosts: Record<string, { generation?: number }> }>;
}

async function changeDocument(change: (document: Document) => void): Promise<void> {
  const file = await readStackFile(stack);
  change(file.config?.["estate:estate"] as Document);
  await writeStackFile(stack, file);
}

const rollout = { joinMinutes: 4, drainMinutes: 4, soakMinutes: 0.05 };
const role = { flavor: "m1.small", publicAddress: true, rollout };
const datastore = { sizeGiB: 2, path: "/var/lib/rancher" };

function campus(document: Document): void {
  const { nameservers, downloads } = document.network;
  Object.assign(document, {
    ...{ name: "campus", zone: "campus.test" },
    admins: { cidrs: { operators: `${addresses.provider.gateway}/32` } },
    network: { mode: "provider", nameservers, downloads },
    sites: { campus: { cidr: addresses.provider.cidr, network: addresses.provider.name, reverseZone: true } },
    roles: {
      orchestrator: { ...role, hosts: { "campus-o-01": {} }, volumes: { datastore } },
      turn: { ...role, hosts: { "campus-turn-01": {} } },
      bbb: { ...role, antiAffinity: "soft", hosts: { "campus-bbb-01": {}, "campus-bbb-02": {} } },
      worker: { ...role, runs: ["pods"], hosts: { "campus-w-01": {} } },
    },
  });
}

/** With the operator's kubeconfig of this estate. */
async function kubectl(...command: readonly string[]): Promise<string> {
  const kubeconfig = join(folder, "kubeconfig");
  const output = ["stack", "output", "kubeconfig", "--show-secrets", "--stack", stack];
  await writeFile(kubeconfig, await run("pulumi", ...output), { mode: 0o600 });
  return run("kubectl", "--kubeconfig", kubeconfig, ...command);
}

const kubeSystem = () => kubectl("get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}");

beforeAll(async () => {
  [before, leftBefore] = [await counts(), await left()];
  await run("ip", "address", "replace", ...onBridge);
  folder = await mkdtemp(join(tmpdir(), "estate-campus-"));
  // of a run that was killed: its secrets are of another passphrase
  await rm(join(project, `Pulumi.${stack}.yaml`), { force: true });
  await prepareStack(here, stack, join(folder, "operator"));
  await changeDocument(campus);
});

afterAll(async () => {
  await execa("ip", ["address", "delete", ...onBridge], { reject: false });
  await rm(folder, { recursive: true, force: true });
  await pulumi("stack", "rm", "--yes");
  await rm(join(project, `Pulumi.${stack}.yaml`), { force: true });
});

test("is built, without a network, a router or a floating IP of its own", async () => {
  const up = await pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode, up.text).toBe(0);
  expect(await counts()).toEqual(before);
});

test("its names lead to addresses of the cloud's network, the same from outside and from inside", async () => {
  for (const host of hosts) {
    const outside = await run("dig", "+short", `${host}.campus.test`);
    expect(outside).toMatch(/^198\.51\.100\.\d+$/);
    expect(await run("dig", "+short", `${host}.internal.campus.test`)).toBe(outside);
  }
});

test("an address leads back to the name that others are told", async () => {
  for (const host of hosts) {
    const address = await run("dig", "+short", `${host}.campus.test`);
    expect(await run("dig", "+short", "-x", address)).toBe(`${host}.campus.test.`);
  }
});

test("its orchestrator has every host, and answers the operator", async () => {
  const nodes = await kubectl("get", "nodes", "--output", "name");
  expect(nodes.split("\n").sort()).toEqual(hosts.map((host) => `node/${host}`));
});

test("what the port catalogue allows connects, and nothing else does", async () => {
  const { config } = await readStackFile(stack);
  const facts = deriveFacts(parseEstate(config?.["estate:estate"], stack));
  const { tried, wrong } = await reach(facts, { admin: addresses.provider.gateway, world });
  expect(wrong).toEqual([]);
  expect(tried).toBeGreaterThan(1000);
});

test("its only server is replaced on its datastore: the cluster is the same, the server another", async () => {
  const uid = await kubeSystem();
  await changeDocument((document) => {
    const server = document.roles.orchestrator?.hosts["campus-o-01"];
    if (server) server.generation = 1;
  });
  const up = await pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode, up.text).toBe(0);
  expect(await kubeSystem()).toBe(uid);
});

test("a second preview has nothing to do, and a refresh finds it as it is", async () => {
  const preview = await pulumi("preview", "--expect-no-changes", "--diff");
  expect(preview.exitCode, preview.text).toBe(0);
  const refresh = await pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff");
  expect(refresh.exitCode, refresh.text).toBe(0);
});

test("destroy leaves nothing of it", async () => {
  const destroy = await pulumi("destroy", "--yes", "--skip-preview");
  expect(destroy.exitCode, destroy.text).toBe(0);
  expect(await left()).toEqual(leftBefore);
});
