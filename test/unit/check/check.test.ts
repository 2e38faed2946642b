/** `estate check` as an operator runs it, against a cloud over HTTP. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { askCloud } from "../../../cli/check/cloud.ts";
import { judge } from "../../../cli/check/judge.ts";
import type { Row } from "../../../cli/check/row.ts";
import { connect } from "../../../local/openstack-client/client.ts";
import { project } from "../../../local/place.ts";
import { compiled } from "../compiled.ts";
import { plainDocument } from "../stacks/fixtures.ts";
import { needsOf, withVolumes } from "./clouds.ts";
import { type FakeOpenstack, fakeOpenstack, type Reply, roomy } from "./fake-openstack.ts";

// git ignores files of this name
const stack = `local-check-${process.pid}`;
const file = join(project, `Pulumi.${stack}.yaml`);
const clouds: FakeOpenstack[] = [];

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
async function writeStack(change: (document: any) => void = () => undefined): Promise<void> {
  const document = plainDocument();
  change(document);
  await writeFile(file, stringify({ config: { "estate:estate": document } }));
}

beforeEach(() => writeStack());
afterAll(() => rm(file, { force: true }));
afterEach(() => {
  for (const cloud of clouds.splice(0)) cloud.close();
});

async function cloudWith(changes: Readonly<Record<string, Reply>> = {}, listed?: readonly string[]) {
  const cloud = await fakeOpenstack({ ...roomy, ...changes }, listed);
  clouds.push(cloud);
  return cloud;
}

async function check(authUrl: string, ...args: readonly string[]) {
  const result = await execa(process.execPath, [join(project, "cli", "main.ts"), "check", ...args], {
    ...{ reject: false, extendEnv: false, cwd: project },
    env: {
      ...{ ...compiled, PATH: "/nowhere", PULUMI_STACK: stack, OS_AUTH_URL: authUrl, OS_REGION_NAME: "one" },
      ...{ OS_USERNAME: "estate", OS_PASSWORD: "unique-password", OS_PROJECT_NAME: "estate" },
    },
  });
  expect(`${result.stdout}${result.stderr}`).not.toContain("unique-password");
  return result;
}

/** The same, without the program around it. */
async function rows(authUrl: string, needs = needsOf()): Promise<Readonly<Record<string, Row>>> {
  const credentials = { kind: "application credential", id: "a", secret: "b" } as const;
  const answers = await askCloud(connect({ authUrl, credentials, interface: "public" }), needs);
  return Object.fromEntries(judge(needs, answers).map((row) => [row.what, row]));
}

test("where all fits, the table says so, and the exit code is 0", async () => {
  const cloud = await cloudWith();
  const { exitCode, stdout, stderr } = await check(cloud.authUrl);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^instances +6 +2 +100000 +99998 +ok$/m);
  expect(stdout).toMatch(/Nothing is missing\.$/);
  expect(cloud.seen.filter((request) => !request.startsWith("GET "))).toEqual([]);
  expect(cloud.seen).toContain("GET /network/v2.0/security-groups?project_id=p1");
  expect(cloud.seen).toContain("GET /image/v2/images?name=flatcar-local");
  // nova tells the size of a server since this version
  expect(cloud.seen).toContain("GET /compute/servers/detail (compute 2.47)");
});

test("where the password of a registry is not stored, it is missing, with the command that stores it", async () => {
  await writeStack(({ network, orchestrator }) => {
    network.downloads.registry = { cidr: "192.0.2.81/32", port: 443 };
    orchestrator.registries = { "docker.io": { user: "anna" } };
  });
  const { exitCode, stdout } = await check((await cloudWith()).authUrl);
  expect(stdout).toContain(
    `\n  password of docker.io: is not stored; 'pulumi config set --stack ${stack} --secret estate:registryPassword.docker.io' asks`,
  );
  expect([exitCode, stdout.split("\n").at(-1)]).toEqual([1, "1 thing is missing."]);
});

test("what the services say is read as they say it", async () => {
  const found = await rows((await cloudWith()).authUrl);
  expect(found.cores).toMatchObject({ needed: 30, inUse: 12, limit: 100_000, free: 99_988 });
  expect(found["memory (MiB)"]).toMatchObject({ needed: 61_440, inUse: 40_000 - 16_384 });
  expect(found["key pairs"]).toMatchObject({ inUse: 0 });
  expect(found["security group rules"]).toMatchObject({ inUse: 10, free: 90 });
  expect(found["addresses of public"]).toMatchObject({ needed: 6, inUse: 10, limit: 100 });
  expect(found["record sets of estate.test."]).toMatchObject({ needed: 14, inUse: 1, limit: 500 });
  expect(found["service block-storage (Cinder)"]?.detail).toBe("there");
  expect(found["service load-balancer (Octavia)"]?.detail).toMatch(/^not there/);
});

test("what cinder says is read as it says it, and is not asked by an estate without volumes", async () => {
  const cloud = await cloudWith();
  const found = await rows(cloud.authUrl, needsOf(withVolumes));
  expect(cloud.seen).toContain("GET /volumev3/os-quota-sets/p1?usage=true");
  expect(found["volume type ssd"]).toMatchObject({ needed: 2, verdict: "ok" });
  expect(found.volumes).toMatchObject({ needed: 2, inUse: 3, limit: 10, free: 7 });
  expect(found["volumes (GiB)"]).toMatchObject({ needed: 200, inUse: 240, limit: 1000, free: 760 });
  expect(found["size of a volume (GiB)"]).toMatchObject({ needed: 100, limit: -1, verdict: "ok" });
  expect(found["volumes of type ssd"]).toBeUndefined();
  const other = await cloudWith();
  await rows(other.authUrl);
  expect(other.seen.filter((request) => request.includes("volumev3"))).toEqual([]);
});

test("a cloud without cinder is told to an estate that has volumes", async () => {
  const cloud = await cloudWith({}, ["compute", "network", "image", "dns"]);
  const found = await rows(cloud.authUrl, needsOf(withVolumes));
  expect(found["service block-storage (Cinder)"]?.verdict).toBe("missing");
  expect(found.volumes).toMatchObject({ verdict: "unknown", detail: expect.stringMatching(/no public endpoint/) });
});

test("everything that is missing is named at once with its cure, and the exit code is 1", async () => {
  await writeStack((document) => {
    document.image.name = "ubuntu";
    document.network.external = "internet";
    document.roles.bbb.flavor = "m1.huge";
    document.roles.worker.hosts["worker-01"].availabilityZone = "az9";
  });
  const cloud = await cloudWith({ "/image/v2/images": [200, { images: [] }] }, ["compute", "network", "image"]);
  const { exitCode, stdout } = await check(cloud.authUrl, "--json");
  expect(exitCode).toBe(1);
  const answer = JSON.parse(stdout) as { ok: boolean; problems: { what: string; cure: string }[]; rows: Row[] };
  expect(answer.ok).toBe(false);
  expect(answer.problems.map(({ what }) => what)).toEqual([
    "service dns (Designate)",
    "image ubuntu",
    "flavor m1.huge",
    "availability zone az9",
    "external network internet",
  ]);
  for (const { cure } of answer.problems) expect(cure).not.toBe("");
  expect(answer.rows.find(({ what }) => what === "zones")).toMatchObject({
    verdict: "unknown",
    detail: "the cloud's catalog has no public endpoint of dns in region one",
  });
});

test("a right that lacks makes a thing unknown, with the reason", async () => {
  const forbidden: Reply = [403, { forbidden: { message: "Policy doesn't allow it" } }];
  const found = await rows(
    (
      await cloudWith({
        "/compute/limits": forbidden,
        "/network/v2.0/ports": forbidden,
        "/network/v2.0/network-ip-availabilities/n-public": [404, { message: "not found" }],
      })
    ).authUrl,
  );
  expect(found.cores).toMatchObject({
    verdict: "unknown",
    detail: expect.stringMatching(/403 Policy doesn't allow it/),
  });
  expect(found.ports).toMatchObject({ verdict: "unknown", detail: expect.stringMatching(/403/) });
  expect(found["floating IPs"]?.verdict).toBe("ok");
  expect(found["addresses of public"]).toMatchObject({
    verdict: "unknown",
    detail: expect.stringMatching(/administrators/),
  });
});

test("a cloud that cannot be asked is one clear error", async () => {
  const gone = await cloudWith();
  gone.close();
  const { exitCode, stdout, stderr } = await check(gone.authUrl);
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^estate: POST http:\/\/127\.0\.0\.1:\d+\/v3\/auth\/tokens: no answer \(ECONNREFUSED\)$/);
  const broken = await cloudWith({ "/compute/limits": [500, { message: "oops" }] });
  await expect(rows(broken.authUrl)).rejects.toThrow(/compute\/limits: 500 oops$/);
});

test("mistakes of the document are told before the cloud is asked", async () => {
  const cloud = await cloudWith();
  await writeStack((document) => {
    document.zone = "x";
    document.roles.bbb.flavour = "m1.large";
  });
  const { exitCode, stderr } = await check(cloud.authUrl);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^estate: The estate document in Pulumi\.local-check-\d+\.yaml \(estate:estate\) has 2 mistakes:\n/,
  );
  expect(cloud.seen).toEqual([]);
});
