/** `estate check` against the local cloud, in which the estate is built: enough for it, and not enough for a document that asks for more. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import type { Problem } from "../../cli/check/print.ts";
import type { Row } from "../../cli/check/row.ts";
import { readStackFile, writeStackFile } from "../../cli/stack-file.ts";
import { addresses } from "../../local/addresses.ts";
import { quotas } from "../../local/openstack/quotas.ts";
import { project } from "../../local/place.ts";
import { here } from "./estate.ts";

interface Checked {
  readonly exitCode: number | undefined;
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  readonly rows: readonly Row[];
}

async function check(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Checked> {
  const result = await execa(join(project, "cli", "estate"), ["check", "--json", ...args], {
    ...{ cwd: project, env: environment, reject: false, stdin: "ignore" },
  });
  return { exitCode: result.exitCode, ...(JSON.parse(result.stdout) as Omit<Checked, "exitCode">) };
}

const row = ({ rows }: Checked, what: string) => rows.find((one) => one.what === what);

test("the cloud has what the document needs; what the estate has already is not asked for twice", async () => {
  const checked = await check([]);
  expect(checked.problems).toEqual([]);
  expect([checked.ok, checked.exitCode]).toEqual([true, 0]);
  expect(row(checked, "instances")).toMatchObject({ limit: quotas.compute.instances, verdict: "ok" });
  for (const what of ["instances", "cores", "memory (MiB)", "key pairs", "networks", "subnets", "routers", "ports"])
    expect(row(checked, what), what).toMatchObject({ inUse: 0, verdict: "ok" });
  for (const what of ["floating IPs", "zones", "records of estate.test."])
    expect(row(checked, what), what).toMatchObject({ inUse: 0, verdict: "ok" });
  expect(row(checked, "service load-balancer (Octavia)")?.detail).toBe("there");
  expect(row(checked, "service shared-file-system (Manila)")?.detail).toMatch(/^not there/);
  // only administrators may ask neutron for that
  expect(checked.rows.filter(({ verdict }) => verdict === "unknown").map(({ what }) => what)).toEqual([
    `addresses of ${addresses.external.name}`,
  ]);
});

test("an administrator, whose project has no limits, also learns how many addresses are free", async () => {
  const checked = await check([], { OS_CLOUD: "admin" });
  expect(checked.problems).toEqual([]);
  expect(row(checked, `addresses of ${addresses.external.name}`)).toMatchObject({ limit: 241, verdict: "ok" });
  expect(row(checked, "instances")).toMatchObject({ limit: -1, verdict: "ok" });
});

/** The check of another document than the stack's. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
async function checkChanged(change: (document: any) => void): Promise<Checked> {
  const stack = `${here.stack}-checked`;
  const document = structuredClone((await readStackFile(here.stack)).config?.["estate:estate"]);
  change(document);
  await writeStackFile(stack, { config: { "estate:estate": document } });
  return check(["--stack", stack]).finally(() => rm(join(project, `Pulumi.${stack}.yaml`)));
}

test("the provider network takes an estate in mode provider", async () => {
  const { name, cidr } = addresses.provider;
  const checked = await checkChanged((document) => {
    const { nameservers, downloads } = document.network;
    document.network = { mode: "provider", nameservers, downloads };
    document.sites = { campus: { cidr, network: name } };
  });
  expect(checked.problems).toEqual([]);
  expect(checked.exitCode).toBe(0);
  for (const what of [`network ${name} of site campus`, `subnet ${cidr} of site campus`])
    expect(row(checked, what), what).toMatchObject({ verdict: "ok" });
  expect(row(checked, `addresses of ${cidr}`)?.verdict).toBe("unknown");
});

test("everything that is not there, or too little, is named at once, and the exit code is 1", async () => {
  let workers = 0;
  const checked = await checkChanged((document) => {
    workers = Object.keys(document.roles.worker.hosts).length;
    document.image.name = "no-such-image";
    document.network.external = "no-such-network";
    document.roles.bbb.flavor = "m1.huge";
    document.roles.bbb.hosts["bbb-01"].availabilityZone = "az9";
    delete document.roles.bbb.volumes;
    document.roles.worker.volumes = { data: { sizeGiB: 10, type: "no-such-type", path: "/var/lib/data" } };
    for (const role of ["batch-a", "batch-b"]) document.roles[role] = { runs: ["pods"], flavor: "m1.small", count: 99 };
  });
  expect(checked.problems.map(({ what }) => what)).toEqual([
    "image no-such-image",
    "flavor m1.huge",
    "availability zone az9",
    "volume type no-such-type",
    "external network no-such-network",
    "instances",
  ]);
  expect(checked.problems.find(({ what }) => what === "instances")?.cure).toMatch(
    /openstack quota set --instances \d+/,
  );
  expect(row(checked, "volumes")).toMatchObject({ needed: workers, limit: quotas.volumes.volumes, verdict: "ok" });
  expect(row(checked, "volumes (GiB)")).toMatchObject({
    ...{ needed: 10 * workers, limit: quotas.volumes.gigabytes, verdict: "ok" },
  });
  expect([checked.ok, checked.exitCode]).toEqual([false, 1]);
});
