/**
 * What hosts stand on changes, all of it in one plain `pulumi up`: the image, the key pair, a server group, the range of a site and with it
 * subnet and ports, the name of a security group. Nova's record is looked at: a pool loses a host at a time.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sshKeyPair } from "../../stacks/openssh.ts";
import { brokenProgram, cloud, discard, pulumi, run } from "../engine/estate.ts";
import { left } from "../engine/left.ts";
import { absences, mostAtOnce } from "../engine/roll/record.ts";
import { type SmallDocument, SmallEstate } from "./small-estate.ts";

const estate = new SmallEstate("ground");
const worker = ["ground-w-01", "ground-w-02"];
const all = ["ground-o-01", ...worker];
const image = "flatcar-of-the-ground";
const small = { flavor: "m1.small", rollout: { joinMinutes: 4, drainMinutes: 4, soakMinutes: 0.05 } };
/** Of the site of the workers: before, and after. */
const ranges = ["10.81.0.0/24", "10.82.0.0/24"] as const;

let before: readonly string[];
let copy: string | undefined;

function ground(document: SmallDocument): void {
  const at = (hosts: readonly string[], site: string) => Object.fromEntries(hosts.map((host) => [host, { site }]));
  Object.assign(document, {
    ...{ name: "ground", zone: "ground.test" },
    sites: { main: { cidr: "10.80.0.0/24" }, annex: { cidr: ranges[0] } },
    roles: {
      orchestrator: {
        ...{ ...small, publicAddress: true, hosts: at(["ground-o-01"], "main") },
        volumes: { datastore: { sizeGiB: 2, path: "/var/lib/rancher" } },
      },
      worker: { ...small, runs: ["pods"], antiAffinity: "soft", hosts: at(worker, "annex") },
    },
  });
}

type Named = { readonly id: string; readonly name: string };

/** Ids of what hosts stand on, by what it is. */
async function upstream(): Promise<Record<string, string>> {
  const openstack = await cloud();
  const idOf = async (...[service, path, key]: Parameters<typeof openstack.list>) => {
    const items = await openstack.list<Named>(service, path, key);
    return items.find(({ name }) => name.startsWith("ground-") || name === "ground")?.id ?? "";
  };
  const subnets = await openstack.list<Named & { cidr: string }>("network", "/v2.0/subnets", "subnets");
  const keyPairs = await openstack.list<{ keypair: { fingerprint: string; name: string } }>(
    ...(["compute", "/os-keypairs", "keypairs"] as const),
  );
  return {
    serverGroup: await idOf("compute", "/os-server-groups", "server_groups"),
    subnet: subnets.find(({ cidr }) => isOne(cidr))?.id ?? "",
    keyPair: keyPairs.find(({ keypair: { name } }) => name.startsWith("ground"))?.keypair.fingerprint ?? "",
  };
}

const isOne = (cidr: string) => (ranges as readonly string[]).includes(cidr);

/** Names of the estate's security groups, by their ids. */
async function groups(): Promise<Record<string, string>> {
  const listed = await (await cloud()).list<Named>("network", "/v2.0/security-groups", "security_groups");
  const own = listed.filter(({ name }) => name.startsWith("ground-"));
  return Object.fromEntries(own.map(({ id, name }) => [id, name]));
}

beforeAll(async () => {
  before = await left();
  await estate.prepare(ground);
});
afterAll(async () => {
  if (copy) await discard(copy);
  await estate.estate("destroy", "--yes");
  await run("openstack", "image", "delete", image).catch(() => undefined);
  await estate.remove();
});

test("image, key pair, server group, subnet and a group's name change in one up, and a pool loses a host at a time", async () => {
  const made = await estate.pulumi("up", "--yes", "--skip-preview");
  expect(made.exitCode, made.text).toBe(0);
  const [servers, stoodOn, named] = [await estate.servers(), await upstream(), await groups()];
  expect(Object.keys(servers).sort()).toEqual(all);
  expect(Object.values(stoodOn)).not.toContain("");

  await run("openstack", "image", "create", image, "--disk-format", "raw", "--file", "/etc/os-release");
  const { privateKey } = sshKeyPair(Buffer.alloc(32, 47), "estate");
  await estate.configure("estate:sshKey", privateKey);
  await estate.change((document) => {
    const { roles, sites } = document as unknown as {
      readonly roles: Record<string, object>;
      readonly sites: { readonly annex: object };
    };
    Object.assign(document, { image: { ...(document.image as object), name: image } });
    Object.assign(roles.worker ?? {}, { antiAffinity: "hard" });
    Object.assign(sites.annex, { cidr: ranges[1] });
  });
  // no document gives a group another name
  const name = "name: `$" + "{facts.name}-$" + "{key}`";
  copy = await brokenProgram("components/securityGroups.ts", name, name.replace("}`", "}-renamed`"), estate.stack);
  const up = await pulumi(["up", "--yes", "--skip-preview"], copy, estate.stack);
  expect(up.exitCode, up.text).toBe(0);

  const now = await estate.servers();
  const replaced = await absences(servers, now);
  expect(replaced.map(({ host }) => host).sort()).toEqual(all);
  // the server of the orchestrator was there again before a worker went
  expect(mostAtOnce(replaced)).toBe(1);

  const standOn = await upstream();
  for (const [what, id] of Object.entries(stoodOn)) expect([what, standOn[what]]).not.toEqual([what, id]);
  expect(Object.values(standOn)).not.toContain("");
  const renamed = Object.entries(named).map(([id, name]) => [id, `${name}-renamed`]);
  expect(await groups()).toEqual(Object.fromEntries(renamed));
  const nodes = JSON.parse(await estate.kubectl("get", "nodes", "--output", "json")) as {
    readonly items: readonly {
      readonly metadata: { readonly name: string };
      readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
    }[];
  };
  const inside = nodes.items.map(({ metadata, status }) => [
    metadata.name,
    status.addresses
      .find(({ type }) => type === "InternalIP")
      ?.address.split(".", 2)
      .join("."),
  ]);
  expect(inside.sort()).toEqual([
    ["ground-o-01", "10.80"],
    ["ground-w-01", "10.82"],
    ["ground-w-02", "10.82"],
  ]);
});

test("then nothing is left to do, and it goes without a trace", async () => {
  const preview = await pulumi(["preview", "--expect-no-changes", "--diff"], copy ?? "", estate.stack);
  expect(preview.exitCode, preview.text).toBe(0);
  const destroyed = await estate.estate("destroy", "--yes");
  expect(destroyed.exitCode, destroyed.text).toBe(0);
  await run("openstack", "image", "delete", image);
  expect(await left()).toEqual(before);
});
