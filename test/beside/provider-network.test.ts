/**
 * A small estate in mode `provider`, beside the first one on the same cloud, on a network without DHCP and from an image that it uploads:
 * built, unchanged, reached without NAT, its data kept while a host is away, gone.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addresses } from "../../local/addresses.ts";
import { project } from "../../local/place.ts";
import { cloud, planned, run } from "../engine/estate.ts";
import { left } from "../engine/left.ts";
import { reach } from "../engine/reach/reach.ts";
import { ssh } from "../engine/ssh.ts";
import { certificateFor } from "../unit/apps/ingress/certificates.ts";
import { keys } from "../unit/stacks/administrators.ts";
import { digest, emptyDisk, type Publisher, publish } from "./publisher.ts";
import { changed, type SmallDocument, SmallEstate } from "./small-estate.ts";

const estate = new SmallEstate("campus");
const hosts = [
  ...["campus-bbb-01", "campus-bbb-02", "campus-greenlight-01", "campus-monitoring-01", "campus-o-01"],
  ...["campus-scalelite-01", "campus-turn-01", "campus-w-01"],
];
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
const recordings = { sizeGiB: 1, path: "/var/lib/recordings" };

// the next one is new in each run: what was downloaded once by its hash is not asked for again
const disks = { "stable.img": emptyDisk(1), "next.img": Buffer.concat([emptyDisk(2), randomBytes(512)]) };
let publisher: Publisher;
/** What a document says of a release. */
const release = (version: string, file: keyof typeof disks) => ({
  ...{ system: "flatcar", stream: "stable", version },
  ...{ url: publisher.url(file), sha256: digest("sha256", disks[file]) },
});

interface Image extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly name: string;
}

/** Images that are the project's alone. */
async function images(): Promise<readonly Image[]> {
  return (await cloud()).list<Image>("image", "/v2/images", "images", { query: { visibility: "private" } });
}

interface Volume {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

async function volume(name: string): Promise<Volume | undefined> {
  const all = await (await cloud()).list<Volume>("block-storage", "/volumes/detail", "volumes");
  return all.filter((one) => one.name === name).map(({ id, status }) => ({ id, name, status }))[0];
}

const addressOf = (host: string) => run("dig", "+short", `${host}.campus.test`);
/** Runs a command on a host with the estate's key, or with that of an administrator. */
const on = async (host: string, command: string, key?: string) =>
  ssh(host, await addressOf(host), command, estate.stack, key);
/** An administrator's own key pair, made for this run. */
const carl = { name: "carl", privateKey: "", publicKey: "" };

async function makeKeys(): Promise<void> {
  const file = join(estate.folder, carl.name);
  await run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", carl.name, "-f", file);
  const read = (name: string) => readFile(name, "utf8");
  Object.assign(carl, { privateKey: await read(file), publicKey: (await read(`${file}.pub`)).trim() });
}

const admins = (own: Readonly<Record<string, string>>) => ({
  ...{ cidrs: { operators: `${addresses.provider.gateway}/32` }, keys: own },
});

const administer = (own: Readonly<Record<string, string>>) =>
  estate.change((document) => {
    document.admins = admins(own);
  });

/** A page, and the way in to it: so a port of an application is open on hosts. */
const page = "feedback.campus.test";

function campus(document: SmallDocument, certificate: string): void {
  const { nameservers, downloads } = document.network;
  Object.assign(document, {
    ...{ name: "campus", zone: "campus.test" },
    admins: admins({ anna: keys.anna }),
    network: { mode: "provider", addressing: "static", nameservers, downloads },
    image: release("1.0.1", "stable.img"),
    sites: { campus: { cidr: addresses.provider.cidr, network: addresses.provider.name, reverseZone: true } },
    roles: {
      orchestrator: { ...role, hosts: { "campus-o-01": {} }, volumes: { datastore } },
      turn: { ...role, hosts: { "campus-turn-01": {} } },
      bbb: {
        ...role,
        antiAffinity: "soft",
        volumes: { recordings },
        hosts: { "campus-bbb-01": {}, "campus-bbb-02": {} },
      },
      greenlight: { ...role, hosts: { "campus-greenlight-01": {} } },
      scalelite: { ...role, hosts: { "campus-scalelite-01": {} } },
      monitoring: { ...role, hosts: { "campus-monitoring-01": {} } },
      worker: { ...role, runs: ["pods"], hosts: { "campus-w-01": {} } },
    },
    apps: {
      feedback: { host: page, replicas: 1 },
      ingress: { certificates: { from: "files", web: certificate } },
    },
  });
}

beforeAll(async () => {
  [before, leftBefore] = [await counts(), await left()];
  await run("ip", "address", "replace", ...onBridge);
  publisher = await publish(disks);
  const { chain, key } = await certificateFor(page);
  await estate.prepare((document) => campus(document, chain));
  await estate.giveSecrets({ "ingress.key": key });
  await makeKeys();
  await administer({ anna: keys.anna, carl: carl.publicKey });
});

afterAll(async () => {
  await execa("ip", ["address", "delete", ...onBridge], { reject: false });
  await estate.remove();
  publisher.close();
});

test("is built, without a network, a router or a floating IP of its own", async () => {
  const up = await estate.pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode, up.text).toBe(0);
  expect(await counts()).toEqual(before);
});

test("its image was uploaded to glance, byte for byte the file of the document's hash, and its hosts have it", async () => {
  const { name } = (await estate.facts()).image;
  const [image, ...others] = (await images()).filter((one) => one.name === name);
  expect(others).toEqual([]);
  // glance works this one out itself, of what it has stored
  const stored = { os_hash_algo: "sha512", os_hash_value: digest("sha512", disks["stable.img"]) };
  expect(image).toMatchObject({ ...stored, status: "active", disk_format: "qcow2", visibility: "private" });
  const servers = await (await cloud()).list<{ name: string; image: { id?: string } }>(
    ...(["compute", "/servers/detail", "servers"] as const),
  );
  for (const host of ["campus-turn-01", "campus-w-01"])
    expect(servers.find((server) => server.name === host)?.image.id, host).toBe(image?.id);
});

test("its hosts were told their addresses, and how to get k3s: none asks DHCP, nor may", async () => {
  for (const host of ["campus-o-01", "campus-w-01"]) {
    const address = await addressOf(host);
    const told = (await on(host, "cat /etc/systemd/network/10-estate.network")).split("\n");
    const { gateway } = addresses.provider;
    expect(told, host).toEqual(expect.arrayContaining(["DHCP=no", `Address=${address}/24`, `Gateway=${gateway}`]));
    const [sum] = (await on(host, "sha512sum /opt/bin/k3s")).split(" ");
    expect(sum, host).toBe((await estate.facts()).orchestrator.k3s.sha512);
  }
  const rules = await (await cloud()).list<{ protocol: string | null; port_range_min: number | null }>(
    ...(["network", "/v2.0/security-group-rules", "security_group_rules"] as const),
  );
  expect(rules.some(({ protocol, port_range_min: port }) => protocol === "udp" && port === 53)).toBe(true);
  expect(rules.filter(({ protocol, port_range_min: port }) => protocol === "udp" && port === 67)).toEqual([]);
});

test("an administrator's key is on every host; another one, or none, would be brought to all, and touch nothing else", async () => {
  const [type, blob] = keys.anna.split(" ");
  for (const host of hosts)
    expect(await on(host, "cat /etc/estate/administrators/core"), host).toContain(`\n${type} ${blob} anna\n`);
  const others: readonly Readonly<Record<string, string>>[] = [{ anna: keys.ben }, {}];
  for (const own of others) {
    await administer(own);
    const plan = await planned(project, estate.stack);
    expect(plan).toEqual(hosts.map((host) => `update command:remote:Command ${host}-administrators`));
  }
});

test("an administrator logs in with a key of their own; when it leaves the document, the next up locks it out, and replaces no host", async () => {
  const some = ["campus-o-01", "campus-bbb-01", "campus-w-01"];
  const whoAmI = (host: string) => on(host, "hostname", carl.privateKey);
  for (const host of some) expect(await whoAmI(host)).toBe(host);
  await administer({ anna: keys.anna });
  const before = await estate.servers();
  const up = await estate.pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode, up.text).toBe(0);
  for (const host of some) await expect(whoAmI(host), host).rejects.toThrow(/Permission denied \(publickey/);
  expect(await estate.servers()).toEqual(before);
  // the estate's own key stays
  expect(await on("campus-w-01", "hostname")).toBe("campus-w-01");
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

/** Back to what the estate was made from. */
const firstRelease = () =>
  estate.change((document) => {
    document.image = release("1.0.1", "stable.img");
  });

test("a file that is not the one of the document's hash is refused: nothing is uploaded, no host is touched", async () => {
  const [servers, there] = [await estate.servers(), await images()];
  await estate.change((document) => {
    document.image = { ...release("1.0.2", "next.img"), url: publisher.url("stable.img") };
  });
  const up = await estate.pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode).not.toBe(0);
  expect(up.text).toContain("is another file than image.sha256 says");
  expect([await estate.servers(), await images()]).toEqual([servers, there]);
  await firstRelease();
});

test("another release is another image, which would be there before the hosts are replaced and the first one goes", async () => {
  const before = (await estate.facts()).image.name;
  await estate.change((document) => {
    document.image = release("1.0.2", "next.img");
  });
  const after = (await estate.facts()).image.name;
  const plan = await planned(project, estate.stack);
  expect(plan.filter((step) => step.includes(" openstack:images/image:Image "))).toEqual(
    expect.arrayContaining([
      `create openstack:images/image:Image ${after}`,
      `delete openstack:images/image:Image ${before}`,
    ]),
  );
  const servers = plan.filter((step) => /^replace .*:Instance /.test(step)).map((step) => step.split(" ").at(-1));
  expect(servers.sort()).toEqual(hosts);
  await firstRelease();
});

const away = "campus-bbb-02";
let kept: Volume | undefined;

test("a host that leaves the document goes; its volume, of which that says keep, stays in the cloud and is nobody's", async () => {
  await on(away, `echo ${away} was here | sudo tee ${recordings.path}/marker`);
  kept = await volume(`${away}-recordings`);
  expect(kept?.status).toBe("in-use");
  await estate.change((document) => {
    delete document.roles.bbb?.hosts[away];
    document.removal = { volumes: { [`${away}-recordings`]: "keep" } };
  });
  const up = await estate.pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode, up.text).toBe(0);
  expect(Object.keys(await estate.servers()).sort()).toEqual(hosts.filter((host) => host !== away));
  await expect.poll(() => volume(`${away}-recordings`)).toEqual({ ...kept, status: "available" });
});

test("its only server is replaced on its datastore: the cluster is the same, the server another", async () => {
  const [uid, before] = [await estate.clusterId(), await estate.servers()];
  await estate.change((document) => {
    const server = document.roles.orchestrator?.hosts["campus-o-01"];
    if (server) server.generation = 1;
    // and the host that left is there again
    Object.assign(document.roles.bbb?.hosts ?? {}, { [away]: {} });
    delete document.removal;
  });
  const up = await estate.pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode, up.text).toBe(0);
  expect(await estate.clusterId()).toBe(uid);
  expect(changed(before, await estate.servers())).toEqual([away, "campus-o-01"]);
});

test("a host that came back has its volume, with what was on it", async () => {
  expect(await volume(`${away}-recordings`)).toEqual(kept);
  expect(await on(away, `cat ${recordings.path}/marker`)).toBe(`${away} was here`);
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
