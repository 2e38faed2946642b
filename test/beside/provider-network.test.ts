/** A small estate in mode `provider`, beside the first one on the same cloud: built, unchanged, reached without NAT, gone. */
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addresses } from "../../local/addresses.ts";
import { cloud, run } from "../engine/estate.ts";
import { left } from "../engine/left.ts";
import { reach } from "../engine/reach/reach.ts";
import { type SmallDocument, SmallEstate } from "./small-estate.ts";

const estate = new SmallEstate("campus");
const hosts = ["campus-bbb-01", "campus-bbb-02", "campus-o-01", "campus-turn-01", "campus-w-01"];
let leftBefore: readonly string[];
/** An address outside that no administrator has. */
const world = "198.51.100.254";
const onBridge = [`${world}/32`, "dev", addresses.provider.bridge];

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

const rollout = { joinMinutes: 4, drainMinutes: 4, soakMinutes: 0.05 };
const role = { flavor: "m1.small", publicAddress: true, rollout };
const datastore = { sizeGiB: 2, path: "/var/lib/rancher" };

function campus(document: SmallDocument): void {
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

beforeAll(async () => {
  [before, leftBefore] = [await counts(), await left()];
  await run("ip", "address", "replace", ...onBridge);
  await estate.prepare(campus);
});

afterAll(async () => {
  await execa("ip", ["address", "delete", ...onBridge], { reject: false });
  await estate.remove();
});

test("is built, without a network, a router or a floating IP of its own", async () => {
  const up = await estate.pulumi("up", "--yes", "--skip-preview");
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
  const nodes = await estate.kubectl("get", "nodes", "--output", "name");
  expect(nodes.split("\n").sort()).toEqual(hosts.map((host) => `node/${host}`));
});

test("what the port catalogue allows connects, and nothing else does", async () => {
  const { tried, wrong } = await reach(await estate.facts(), { admin: addresses.provider.gateway, world });
  expect(wrong).toEqual([]);
  expect(tried).toBeGreaterThan(1000);
});

test("its only server is replaced on its datastore: the cluster is the same, the server another", async () => {
  const uid = await estate.clusterId();
  await estate.change((document) => {
    const server = document.roles.orchestrator?.hosts["campus-o-01"];
    if (server) server.generation = 1;
  });
  const up = await estate.pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode, up.text).toBe(0);
  expect(await estate.clusterId()).toBe(uid);
});

test("a second preview has nothing to do, and a refresh finds it as it is", async () => {
  const preview = await estate.pulumi("preview", "--expect-no-changes", "--diff");
  expect(preview.exitCode, preview.text).toBe(0);
  const refresh = await estate.pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff");
  expect(refresh.exitCode, refresh.text).toBe(0);
});

test("destroy leaves nothing of it", async () => {
  const destroy = await estate.pulumi("destroy", "--yes", "--skip-preview");
  expect(destroy.exitCode, destroy.text).toBe(0);
  expect(await left()).toEqual(leftBefore);
});
