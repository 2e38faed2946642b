/** `estate drift` as an operator runs it, with an engine that tells events, and a cloud and an orchestrator on loopback. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { Report } from "../../../cli/drift/report.ts";
import { estateBackups } from "../../../cli/estate-folder.ts";
import { stackFilePath } from "../../../cli/stack-file.ts";
import { listBackups } from "../../../cli/state/backups.ts";
import { plainDocument } from "../stacks/fixtures.ts";
import { fakeEngine, type Scenario } from "./fake-engine.ts";
import { asStated, brief, fakeCloud, fakeCluster, plus, refreshed, state, types, urnOf, value } from "./fixtures.ts";

const stack = `local-drift-${process.pid}`;
let cloud: Awaited<ReturnType<typeof fakeCloud>>;
let cluster: Awaited<ReturnType<typeof fakeCluster>>;
let engine: ReturnType<typeof fakeEngine>;

/** A floating IP that no state holds is in the cloud, beside what the state has; its image is the document's. */
async function open(replies = asStated, more: Readonly<Record<string, string>> = {}) {
  const [, images] = asStated["/image/v2/images"] ?? [];
  cloud = await fakeCloud({
    ...replies,
    "/image/v2/images": [200, images],
    "/network/v2.0/floatingips/f9": [200, { floatingip: { id: "f9", floating_network_id: "n9" } }],
    "/network/v2.0/networks/n9": [200, { network: { id: "n9", name: "public" } }],
  });
  engine = fakeEngine(stack, {
    ...{ OS_AUTH_URL: cloud.authUrl, OS_APPLICATION_CREDENTIAL_ID: "a", OS_APPLICATION_CREDENTIAL_SECRET: "s" },
    ESTATE_DRIFT_KUBECONFIG: join(dirname(stackFilePath(stack)), `.estate/${stack}.kubeconfig`),
    ...more,
  });
}

beforeEach(async () => {
  const document = plainDocument();
  document.image = { name: "flatcar-1" };
  await writeFile(stackFilePath(stack), stringify({ config: { "estate:estate": document } }));
  cluster = await fakeCluster({ "apps/v1/Deployment": [{ metadata: { name: "hello" } }] }, ["worker-01"]);
  mkdirSync(join(dirname(stackFilePath(stack)), ".estate"), { recursive: true });
  await writeFile(join(dirname(stackFilePath(stack)), `.estate/${stack}.kubeconfig`), cluster.kubeconfig);
});
afterEach(async () => {
  cloud.close();
  cluster.close();
  await engine.remove();
  await rm(stackFilePath(stack), { force: true });
  await rm(join(dirname(stackFilePath(stack)), `.estate/${stack}.kubeconfig`), { force: true });
});

const same = [...refreshed(types.server, "worker-01", "same"), ...refreshed(types.port, "worker-01-port", "same")];
const renamed = [...refreshed(types.server, "worker-01", "update", ["name"])];
const changed = (type: string, name: string, paths: readonly string[]) => {
  const detailedDiff = Object.fromEntries(paths.map((path) => [path, { diffKind: "update" }]));
  const metadata = {
    op: "update",
    urn: urnOf(type, name),
    type,
    old: { custom: true },
    new: { custom: true },
    detailedDiff,
  };
  return [{ resourcePreEvent: { metadata } }, { resOutputsEvent: { metadata } }];
};
const reportIn = (stdout: string) => JSON.parse(stdout) as Report;

test("clean is 0; neither cloud, state nor orchestrator is changed, and no lock is taken", {
  timeout: 60_000,
}, async () => {
  await open();
  const { exitCode, stdout, stderr } = await engine.estate(["drift", "--json"], { state, refresh: same });
  expect(exitCode, stderr).toBe(0);
  expect(reportIn(stdout)).toMatchObject({ result: "clean", findings: [], compared: 2, repairs: [] });
  expect(stderr).not.toContain("Warning");
  const engineRuns = engine.calls().filter((call) => !call.startsWith("stack "));
  expect(engineRuns.map((call) => call.split(" --stack")[0]).sort()).toEqual(["preview", "refresh --preview-only"]);
  const others = engine.calls().filter((call) => call.startsWith("stack "));
  expect(others.map((call) => call.split(" ").slice(0, 2).join(" ")).sort()).toEqual([
    ...["stack export", "stack export", "stack ls"],
  ]);
  expect([cloud.seen.every((request) => request.startsWith("GET ")), cluster.written]).toEqual([true, []]);
});

test("drift is 2, in every form, twice seen the second time; no form has a value", { timeout: 60_000 }, async () => {
  await open(plus("/network/v2.0/floatingips", { id: "f9", floating_ip_address: "203.0.113.9", port_id: null }));
  const scenario: Scenario = {
    state,
    refresh: renamed,
    preview: changed(types.record, "dns", ["records"]),
    repair: changed(types.server, "worker-01", ["name"]),
  };
  const files = ["markdown", "html", "metrics"].map((form) => [form, join(engine.folder, `report.${form}`)] as const);
  await engine.estate(["drift"], scenario);
  const { exitCode, stdout, stderr } = await engine.estate(
    ["drift", "--json", ...files.flatMap(([form, file]) => [`--${form}`, file])],
    scenario,
  );
  expect(exitCode, stderr).toBe(2);
  const report = reportIn(stdout);
  expect(brief(report.findings)).toEqual([
    "cloud cosmetic worker-01 changed",
    "program ownership dns changed",
    "unmanaged ownership 203.0.113.9 unknown",
  ]);
  expect(report.findings.every(({ timesSeen }) => timesSeen === 2)).toBe(true);
  expect(report.repairs.map(({ name, kind }) => `${kind} ${name}`)).toEqual(["update worker-01"]);
  expect(report.stuck).toEqual([]);
  for (const [form, file] of files) {
    const text = readFileSync(file, "utf8");
    expect(text.includes("worker-01") || form === "metrics", form).toBe(true);
    expect(text.includes(value), form).toBe(false);
  }
  expect(stdout).not.toContain(value);
});

test("what another stack of the project holds is managed", { timeout: 60_000 }, async () => {
  await open(plus("/network/v2.0/floatingips", { id: "f9", floating_ip_address: "203.0.113.9", port_id: null }));
  const other = {
    deployment: { resources: [{ urn: urnOf(types.floatingIp, "x"), type: types.floatingIp, id: "f9" }] },
  };
  const { exitCode, stdout } = await engine.estate(["drift", "--json"], {
    state,
    refresh: same,
    others: { base: other },
  });
  expect([exitCode, reportIn(stdout).findings]).toEqual([0, []]);
});

test("another stack that goes while the states are read holds nothing; one that is there and cannot be read is trouble", {
  timeout: 60_000,
}, async () => {
  await open(plus("/network/v2.0/floatingips", { id: "f9", floating_ip_address: "203.0.113.9", port_id: null }));
  const gone = await engine.estate(["drift", "--json"], { state, refresh: same, goes: "review-7" });
  expect([gone.exitCode, brief(reportIn(gone.stdout).findings)], gone.stderr).toEqual([
    ...[2, ["unmanaged ownership 203.0.113.9 unknown"]],
  ]);
  const broken = await engine.estate(["drift", "--json"], { state, refresh: same, broken: "review-7" });
  expect(broken.exitCode).not.toBe(0);
  expect(`${broken.stdout}${broken.stderr}`).toContain("no stack named 'review-7' found");
});

test("what nobody manages of two stacks is told once: by the check of the servers, where there are any", {
  timeout: 60_000,
}, async () => {
  const servers = `${stack}-servers`;
  await rename(stackFilePath(stack), stackFilePath(servers));
  try {
    await writeFile(stackFilePath(stack), stringify({ config: { "estate:baseOf": servers } }));
    await open(plus("/network/v2.0/floatingips", { id: "f9", floating_ip_address: "203.0.113.9", port_id: null }));
    const check = async (resources: readonly object[]) => {
      const others = { [servers]: { deployment: { resources } } };
      const { exitCode, stdout, stderr } = await engine.estate(["drift", "--json"], { state, refresh: same, others });
      return [exitCode, brief(reportIn(stdout || stderr).findings)];
    };
    expect(await check([{ urn: urnOf(types.server, "x"), type: types.server, id: "s2" }])).toEqual([0, []]);
    expect(cloud.seen).toEqual([]);
    expect(await check([])).toEqual([2, ["unmanaged ownership 203.0.113.9 unknown"]]);
  } finally {
    await rm(stackFilePath(servers), { force: true });
  }
});

test("a state that is in the estate it describes is a trouble: 1, with what was found, and without its password", {
  timeout: 60_000,
}, async () => {
  await open(asStated, { PULUMI_BACKEND_URL: "postgres://estate:unique-word@db.estate.svc.cluster.local/estate" });
  const { exitCode, stdout } = await engine.estate(["drift", "--json"], { state, refresh: renamed });
  const { findings, troubles } = reportIn(stdout);
  expect([exitCode, brief(findings)]).toEqual([1, ["cloud cosmetic worker-01 changed"]]);
  expect(troubles).toEqual([expect.stringMatching(/^the state is in the estate .*db\.estate\.svc\.cluster\.local/)]);
  expect(stdout).not.toContain("unique-word");
});

test("broken is 1: an engine or a cloud that does not answer, with what was found", { timeout: 60_000 }, async () => {
  await open({
    ...plus("/compute/servers/detail", { id: "s9", name: "test" }),
    "/network/v2.0/ports": [403, { message: "not allowed" }],
  });
  const { exitCode, stdout } = await engine.estate(["drift", "--json"], { state, refresh: [], refreshExitCode: 255 });
  expect(exitCode).toBe(1);
  const { findings, troubles } = reportIn(stdout);
  expect(brief(findings)).toEqual(["unmanaged ownership test unknown"]);
  expect(troubles.join("\n")).toMatch(/did not succeed[\s\S]*did not list its ports/);
});

test("a state that is not given a second time is told, with what was found", { timeout: 60_000 }, async () => {
  await open();
  const { exitCode, stdout } = await engine.estate(["drift", "--json"], { state, later: null, refresh: renamed });
  const { findings, troubles } = reportIn(stdout);
  expect([exitCode, brief(findings)]).toEqual([1, ["cloud cosmetic worker-01 changed"]]);
  expect(troubles.join("\n")).toContain("whether an update runs is not known: 'pulumi stack export' failed");
});

/** A lock as the file backend writes it. */
function lock(pid: number): void {
  const folder = join(engine.folder, "state/.pulumi/locks/organization/estate", stack);
  mkdirSync(folder, { recursive: true });
  const body = { pid, username: "anna", hostname: hostname(), timestamp: "2026-11-22T11:00:00Z" };
  writeFileSync(join(folder, "a.json"), JSON.stringify(body));
}

test("while an update runs it says so, ends with 75, and writes nothing down", { timeout: 60_000 }, async () => {
  await open();
  // the lock's owner is known by its name
  const program = join(engine.folder, "running", "pulumi");
  mkdirSync(dirname(program));
  copyFileSync("/bin/sleep", program);
  const running = execa(program, ["60"], { reject: false });
  lock(running.pid ?? 0);
  const { exitCode, stdout } = await engine.estate(["drift"], { state, refresh: renamed });
  expect(exitCode).toBe(75);
  expect(stdout).toContain("An update runs since 2026-11-22T11:00:00Z");
  running.kill();
  await running;
  await rm(join(engine.folder, "state"), { recursive: true });
  const again = await engine.estate(["drift", "--json"], { state, refresh: renamed });
  expect(reportIn(again.stdout).findings[0]?.timesSeen).toBe(1);
});

test("after a killed update it says what happened and what to do", { timeout: 60_000 }, async () => {
  await open();
  lock(2 ** 22 + 1);
  const pending_operations = [
    { type: "creating", resource: { urn: urnOf(types.port, "bbb-01-port"), type: types.port } },
  ];
  const killed = { deployment: { ...state.deployment, pending_operations } };
  const { exitCode, stdout } = await engine.estate(["drift", "--sightings", "5"], { state: killed, refresh: same });
  expect(exitCode).toBe(2);
  expect(stdout).toContain("Left half-done by an update that was killed");
  expect(stdout).toContain("bbb-01-port (Port)");
  expect(stdout).toContain("'estate up' takes in or removes what was half-made");
  expect(stdout).toContain("locked since 2026-11-22T11:00:00Z by process 4194305 of anna");
});

/** What an engine that runs on another machine, or was killed there, has in the state. */
const begun = {
  deployment: {
    ...state.deployment,
    manifest: { time: "2026-11-22T11:00:00Z" },
    pending_operations: [{ type: "creating", resource: { urn: urnOf(types.port, "bbb-01-port"), type: types.port } }],
  },
};

describe.each(["s3://estate-state?region=x", "postgres://estate@db.example.org/estate"])(
  "with the state in %s",
  (url) => {
    test("an update on another machine is told by what it writes: 75, and nothing is written down", {
      timeout: 60_000,
    }, async () => {
      await open(asStated, { PULUMI_BACKEND_URL: url });
      const later = { deployment: { ...begun.deployment, manifest: { time: "2026-11-22T11:00:09Z" } } };
      const { exitCode, stdout } = await engine.estate(["drift", "--json"], { state: begun, later, refresh: renamed });
      expect([exitCode, reportIn(stdout).updating?.since]).toEqual([75, "2026-11-22T11:00:09Z"]);
      expect(stdout).not.toContain("killed");
      const again = await engine.estate(["drift", "--json"], { state, refresh: renamed });
      expect(reportIn(again.stdout).findings[0]?.timesSeen).toBe(1);
    });

    test("one that writes nothing meanwhile is not called killed, and waits to be seen again", {
      timeout: 60_000,
    }, async () => {
      await open(asStated, { PULUMI_BACKEND_URL: url });
      const scenario: Scenario = { state: begun, refresh: same };
      const first = await engine.estate(["drift", "--sightings", "2"], scenario);
      expect([first.exitCode, first.stdout]).toEqual([0, expect.stringContaining("1 more were seen")]);
      const { exitCode, stdout } = await engine.estate(["drift", "--sightings", "2"], scenario);
      expect(exitCode).toBe(2);
      expect(stdout).toContain("Half-done by an update that runs elsewhere, or was killed");
      expect(stdout).toContain("'estate state unlock' says which");
      expect(stdout).not.toContain("the last update was killed");
    });
  },
);

test("what is new is sent to the webhook, once; one that refuses is told of without its path", {
  timeout: 60_000,
}, async () => {
  const sent: { text: string; findings: { name: string }[] }[] = [];
  let status = 200;
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      sent.push(JSON.parse(body));
      response.writeHead(status, { connection: "close" }).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const { port } = receiver.address() as AddressInfo;
  await open(asStated, { ESTATE_DRIFT_WEBHOOK: `http://127.0.0.1:${port}/unique-token` });
  const clean = await engine.estate(["drift"], { state, refresh: same });
  expect([clean.exitCode, sent]).toEqual([0, []]);
  const first = await engine.estate(["drift"], { state, refresh: renamed });
  expect([first.exitCode, sent.length, sent[0]?.text]).toEqual([2, 1, `Drift of ${stack}: 1 cosmetic`]);
  expect(sent[0]?.findings.map(({ name }) => name)).toEqual(["worker-01"]);
  // the same once more is no news
  expect([(await engine.estate(["drift"], { state, refresh: renamed })).exitCode, sent.length]).toEqual([2, 1]);
  status = 404;
  const worse = [...same.slice(0, 2), ...refreshed(types.port, "worker-01-port", "delete")];
  const refused = await engine.estate(["drift"], { state, refresh: worse });
  expect([refused.exitCode, sent.length]).toEqual([1, 2]);
  expect(refused.stderr).toContain("did not take the report");
  expect(refused.stderr).not.toContain("unique-token");
  receiver.close();
});

test("repair shows and makes exactly one change: a target of the engine, or one deletion", {
  timeout: 60_000,
}, async () => {
  await open(plus("/network/v2.0/floatingips", { id: "f9", floating_ip_address: "203.0.113.9", port_id: null }));
  const scenario: Scenario = { state, refresh: renamed, repair: changed(types.server, "worker-01", ["name"]) };
  const { findings } = reportIn((await engine.estate(["drift", "--json"], scenario)).stdout);
  const id = (answer: string) => findings.find((one) => one.answer === answer)?.id ?? "";
  const nobody = await engine.estate(["drift", "repair", id("cloud")], scenario);
  expect([nobody.exitCode, nobody.stderr]).toEqual([1, expect.stringContaining("nobody can be asked here")]);
  const managed = await engine.estate(["drift", "repair", id("cloud"), "--yes"], scenario);
  expect(managed.exitCode, managed.stderr).toBe(0);
  expect(managed.stderr).toContain("1 to update");
  const up = engine.calls().filter((call) => call.startsWith("up "));
  expect(up).toHaveLength(1);
  expect(up[0]).toContain(`--refresh --target ${urnOf(types.server, "worker-01")} --non-interactive`);
  const [kept] = await listBackups({ folder: estateBackups(stack) });
  expect([kept?.occasion, JSON.parse(readFileSync(kept?.file ?? "", "utf8"))]).toEqual(["repair", state]);
  const unmanaged = await engine.estate(["drift", "adopt", id("unmanaged")], scenario);
  // the provider takes the external network's name, of which the cloud says the id
  expect(unmanaged.stdout, unmanaged.stderr).toContain('pool: "public"');
  expect(unmanaged.stdout, unmanaged.stderr).toContain(`pulumi import ${types.floatingIp} 203.0.113.9 f9`);
  expect(cloud.seen.every((request) => request.startsWith("GET "))).toBe(true);
});

test("a repair does not begin where the state cannot be kept", { timeout: 60_000 }, async () => {
  await open(asStated, { ESTATE_BACKUPS: "/dev/null" });
  const scenario: Scenario = { state, refresh: renamed, repair: changed(types.server, "worker-01", ["name"]) };
  const { findings } = reportIn((await engine.estate(["drift", "--json"], scenario)).stdout);
  const { exitCode, stderr } = await engine.estate(["drift", "repair", findings[0]?.id ?? "", "--yes"], scenario);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("the backups cannot be read")]);
  expect(engine.calls().some((call) => call.startsWith("up "))).toBe(false);
});

test("what an update does not take back is not repaired, and that is said", { timeout: 60_000 }, async () => {
  await open();
  const scenario: Scenario = { state, refresh: renamed, repair: [] };
  const { stdout } = await engine.estate(["drift", "--json"], scenario);
  const report = reportIn(stdout);
  expect(report.stuck).toEqual([report.findings[0]?.id]);
  const { exitCode, stderr } = await engine.estate(
    ["drift", "repair", report.findings[0]?.id ?? "", "--yes"],
    scenario,
  );
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("an update does not take back worker-01")]);
  expect(engine.calls().some((call) => call.startsWith("up "))).toBe(false);
});
