/** What a change of the document would do to the estate that runs: exactly the expected operations, from the engine's preview. */
import { execa } from "execa";
import { afterEach, beforeAll, expect, test } from "vitest";
import { readStackFile, writeStackFile } from "../../cli/stack-file.ts";
import { project } from "../../local/place.ts";
import { sshKeyPair } from "../../stacks/openssh.ts";
import { partsOf } from "../graph/parts.ts";
import { keys } from "../unit/stacks/administrators.ts";
import { brokenProgram, type Document, discard, editDocument, here, planned } from "./estate.ts";

let kept: Awaited<ReturnType<typeof readStackFile>>;
beforeAll(async () => {
  kept = await readStackFile(here.stack);
});
afterEach(async () => writeStackFile(here.stack, kept));

async function plannedAfter(edit: (document: Document) => void): Promise<string[]> {
  await editDocument(edit);
  return planned();
}

const worker = (document: Document) => {
  const { worker } = document.roles;
  if (!worker) throw new Error("the document has no role worker");
  return worker;
};

const hostsOf = ({ roles }: Document) => Object.values(roles).flatMap((role) => Object.keys(role.hosts));

/** Only the kinds of operations, each with how often. */
function kinds(plan: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const step of plan) {
    const kind = step.split(" ").slice(0, 2).join(" ");
    found[kind] = (found[kind] ?? 0) + 1;
  }
  return found;
}

const rule = "openstack:networking/secGroupRule:SecGroupRule";
const instance = "openstack:compute/instance:Instance";
const command = "command:local:Command";
const [zone, record] = ["openstack:dns/zone:Zone", "openstack:dns/recordSet:RecordSet"];

test("another range of administrators: rules are made, and nothing else is touched", async () => {
  const plan = await plannedAfter(({ admins }) => {
    admins.cidrs.second = "203.0.113.200/32";
  });
  // ssh and ping to every host, the orchestrator's API, Grafana
  expect(kinds(plan)).toEqual({ [`create ${rule}`]: 4 });
  expect(plan.every((step) => step.includes("203.0.113.200"))).toBe(true);
});

test("another port of a service in the catalogue: both ends of its arrow are made anew, and nothing else is touched", async () => {
  const program = await brokenProgram(
    "stacks/ports.ts",
    '...tcp("bbb-exporter", 9688)',
    '...tcp("bbb-exporter", 9689)',
  );
  const plan = await planned(program).finally(() => discard(program));
  expect(plan).toEqual([
    `create ${rule} bbb-in-tcp:9689-from-worker`,
    `create ${rule} worker-out-tcp:9689-to-bbb`,
    `delete ${rule} bbb-in-tcp:9688-from-worker`,
    `delete ${rule} worker-out-tcp:9688-to-bbb`,
  ]);
});

test("a range of administrators that is only named otherwise changes nothing", async () => {
  const plan = await plannedAfter(({ admins }) => {
    const [range = ""] = Object.values(admins.cidrs);
    admins.cidrs = { elsewhere: range };
  });
  expect(plan).toEqual([]);
});

test("an administrator's key is brought to every host, and nothing else is touched", async () => {
  let hosts: string[] = [];
  const plan = await plannedAfter((document) => {
    document.admins.keys = { anna: keys.anna };
    hosts = hostsOf(document);
  });
  expect(hosts).toContain("worker-03");
  expect(plan).toEqual(hosts.map((host) => `create command:remote:Command ${host}-administrators`).sort());
});

test("names that lead back from the hosts' addresses are taken away, and no host is touched", async () => {
  let hosts: string[] = [];
  const plan = await plannedAfter((document) => {
    for (const site of Object.values(document.sites)) site.reverseZone = false;
    hosts = hostsOf(document);
  });
  const records = hosts.map((host) => `delete ${record} reverse-${host}`);
  expect(plan).toEqual([`delete ${zone} reverse-0.20.10.in-addr.arpa`, ...records].sort());
});

test("names of floating IPs whose reverse zone is the estate's no more are taken away, and no host is touched", async () => {
  const plan = await plannedAfter((document) => {
    delete document.network.reverseRanges;
  });
  const hosts = ["bbb-01", "bbb-02", "orchestrator-01", "orchestrator-02", "orchestrator-03"];
  const records = hosts.map((host) => `delete ${record} reverse-${host}.floating`);
  expect(plan).toEqual([`delete ${zone} reverse-113.0.203.in-addr.arpa`, ...records].sort());
});

test("how a role is rolled changes nothing that runs", async () => {
  const plan = await plannedAfter((document) => {
    Object.assign(worker(document).rollout, { soakMinutes: 5, joinMinutes: 30, drainMinutes: 60 });
  });
  expect(plan).toEqual([]);
});

test("a label replaces the hosts of its role, with their gates, and no other", async () => {
  const plan = await plannedAfter((document) => {
    worker(document).labels = { "example.org/disk": "ssd" };
  });
  const hosts = ["worker-01", "worker-02", "worker-03"];
  const gates = hosts.flatMap((host) => [`replace ${command} ${host}-drain`, `replace ${command} ${host}-ready`]);
  const servers = hosts.map((host) => `replace ${instance} ${host}`);
  expect(plan.filter((step) => step.startsWith("replace "))).toEqual([...gates, ...servers].sort());
  const others = plan.filter((step) => !/^(replace|create-replacement|delete-replaced) /.test(step));
  expect(others).toEqual([]);
});

/** What is done to things of the cloud: components are only names for what is in them. */
const done = (plan: readonly string[]) => plan.filter((step) => !step.split(" ")[1]?.startsWith("estate:"));

test("one host more: what it consists of, and nothing else", async () => {
  const plan = await plannedAfter((document) => {
    worker(document).hosts["worker-04"] = {};
  });
  expect(done(plan)).toEqual(partsOf("worker-04").map((part) => `create ${part}`));
  expect(plan.filter((step) => !step.includes("worker-04"))).toEqual([]);
});

test("one host less: what it consisted of, and nothing else", async () => {
  const plan = await plannedAfter((document) => {
    delete worker(document).hosts["worker-03"];
  });
  expect(done(plan)).toEqual(partsOf("worker-03").map((part) => `delete ${part}`));
  expect(plan.filter((step) => !step.includes("worker-03"))).toEqual([]);
});

test("a bbb host more: its volume, its floating IP and the ways to it too, and no other host is touched", async () => {
  const plan = await plannedAfter(({ roles: { bbb } }) => {
    if (!bbb) throw new Error("the document has no role bbb");
    bbb.hosts["bbb-03"] = {};
  });
  const parts = partsOf("bbb-03", {
    ...{ public: true, volumes: ["recordings"], rules: ["worker-out-tcp:443-to-bbb-03/32"] },
  });
  expect(done(plan)).toEqual(parts.map((part) => `create ${part}`));
});

test("a role whose hosts are counted: one more is what that host consists of, and nothing else", async () => {
  const counted = (count: number) =>
    plannedAfter(({ roles }) => {
      Object.assign(roles, { extra: { runs: ["pods"], flavor: "m1.small", count } });
    });
  const [two, three] = [await counted(2), await counted(3)];
  expect(two.filter((step) => !three.includes(step))).toEqual([]);
  const more = three.filter((step) => !two.includes(step));
  expect(done(more)).toEqual(partsOf("extra-03").map((part) => `create ${part}`));
});

test("other names that hosts are known by outside: records, those that lead back to them too, and no host is touched", async () => {
  const program = await brokenProgram("stacks/facts.ts", "names: { announced: `$", "names: { announced: `out-$");
  const plan = await planned(program).finally(() => discard(program));
  const { roles } = (kept.config as { "estate:estate": Document })["estate:estate"];
  const hosts = Object.values(roles).flatMap((role) => Object.keys(role.hosts));
  const outside = ["orchestrator", "bbb"].flatMap((role) => Object.keys(roles[role]?.hosts ?? {}));
  expect(outside).toHaveLength(5);
  expect(plan).toEqual(
    [
      ...hosts.flatMap((host) => [`create ${record} dns-out-${host}`, `delete ${record} dns-${host}`]),
      ...outside.map((host) => `update ${record} reverse-${host}.floating`),
    ].sort(),
  );
});

test("another key of the estate's own: nova's pair is another, and hosts, which have it since they booted, are replaced in order", async () => {
  const { privateKey } = sshKeyPair(Buffer.alloc(32, 41), "estate");
  const set = ["config", "set", "--secret", "estate:sshKey", "--stack", here.stack, "--non-interactive"];
  await execa("pulumi", set, { cwd: project, input: privateKey });
  let hosts: string[] = [];
  const plan = await plannedAfter((document) => {
    hosts = hostsOf(document);
  });
  const gates = hosts.flatMap((host) => [`${command} ${host}-drain`, `${command} ${host}-ready`]);
  const replaced = [...gates, ...hosts.map((host) => `${instance} ${host}`), "openstack:compute/keypair:Keypair key"];
  expect(plan.filter((step) => step.startsWith("replace "))).toEqual(replaced.map((one) => `replace ${one}`).sort());
  // the founder is reached with another key, and is not given the authorities' keys again
  expect(plan.filter((step) => !/^(replace|create-replacement|delete-replaced) /.test(step))).toEqual([
    "update command:remote:Command orchestrator-authorities",
  ]);
});

test("a host of another name is a new one and one that goes: others do not change", async () => {
  const plan = await plannedAfter((document) => {
    const { hosts } = worker(document);
    hosts["worker-renamed"] = hosts["worker-03"] ?? {};
    delete hosts["worker-03"];
  });
  expect(plan.filter((step) => !/^(create|delete) .*worker-(renamed|03)/.test(step))).toEqual([]);
  expect(kinds(plan)).toMatchObject({ [`create ${instance}`]: 1, [`delete ${instance}`]: 1 });
});

test("a generation replaces that host alone", async () => {
  const plan = await plannedAfter((document) => {
    Object.assign(worker(document).hosts["worker-02"] ?? {}, { generation: 7 });
  });
  expect(plan.filter((step) => step.startsWith("replace "))).toEqual(
    [
      `replace ${command} worker-02-drain`,
      `replace ${command} worker-02-ready`,
      `replace ${instance} worker-02`,
    ].sort(),
  );
});
