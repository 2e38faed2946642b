/** `estate local up` as an operator runs it: killed at bad moments, again, after a stop, and beside the stack of another clone. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { place, project } from "../../local/place.ts";
import { estate, listening, networkNamespaces, opened, status } from "./machine.ts";

interface Table {
  readonly hosts: readonly { readonly name: string; readonly role: string; readonly health: string }[];
}

const firstEstate = [
  "bbb/bbb-01 up",
  "bbb/bbb-02 up",
  "orchestrator/orchestrator-01 up",
  "orchestrator/orchestrator-02 up",
  "orchestrator/orchestrator-03 up",
  "worker/worker-01 up",
];

const rows = (stdout: unknown) =>
  (JSON.parse(String(stdout)) as Table).hosts.map(({ name, role, health }) => `${role}/${name} ${health}`);

async function listed(column: string, ...command: readonly string[]): Promise<string[]> {
  const { stdout } = await estate(["exec", "--", "openstack", ...command, "-f", "value", "-c", column]);
  return String(stdout).split("\n").filter(Boolean).sort();
}

const names = (...command: readonly string[]) => listed("Name", ...command);

const running = () => listed("ID", "server", "list", "--status", "ACTIVE");

/** The other clone's data folder. */
const twin = { ESTATE_DATA: join(project, ".local-twin") };
afterAll(async () => estate(["reset"], { env: twin }));

let outside: readonly string[];

test("killed with its engine in the middle of an update, up goes on, and leaves nothing behind", async () => {
  outside = await listening();
  const first = estate(["up", "--yes", "--json"]);
  for (let tries = 0; (await running()).length === 0; tries += 1) {
    expect(tries, "no server appears").toBeLessThan(300);
    await sleep(1000);
  }
  first.kill("SIGKILL");
  // not its output: the engine, which lives on without its terminal, holds that open
  await once(first.nodeChildProcess, "exit");
  const second = estate(["up", "--yes", "--json"]);
  await new Promise<void>((resolve, reject) => {
    second.stderr?.on("data", (chunk: Buffer) => chunk.toString().includes("still runs") && resolve());
    void second.then(({ stderr }) => reject(new Error(`up did not wait for the engine: ${stderr}`)));
  });
  const before = await running();
  await estate(["exec", "--", "pkill", "-KILL", "-x", "pulumi"]);
  const { exitCode, stdout, stderr } = await second;
  expect(exitCode, String(stderr)).toBe(0);
  expect(stderr).toContain("was interrupted while it changed");
  // what ran goes on running, whether the engine lived to write it down or not
  expect(await running()).toEqual(expect.arrayContaining(before));
  expect(rows(stdout)).toEqual(firstEstate);
  expect(await names("server", "list")).toHaveLength(6);
  const floating = await estate(["exec", "--", "openstack", "floating", "ip", "list", "-f", "json"]);
  expect(JSON.parse(String(floating.stdout))).toHaveLength(5);
});

test("the second up has nothing to do", async () => {
  const { exitCode, stdout, stderr } = await estate(["up", "--yes", "--json"]);
  expect(exitCode, String(stderr)).toBe(0);
  expect(stderr).toMatch(/Resources:\s+\d+ unchanged\s/);
  expect(rows(stdout)).toEqual(firstEstate);
});

test("nothing of an estate that runs listens on the machine", async () => {
  expect(await listening()).toEqual(outside);
});

test("a host's process that is killed comes back, and the host with it", async () => {
  const before = (await status()).services.find(({ name }) => name === "worker-01/k3s-agent");
  expect((await estate(["exec", "--", "kill", "-9", String(before?.pid)])).exitCode).toBe(0);
  for (let tries = 0; ; tries += 1) {
    const after = (await status()).services.find(({ name }) => name === "worker-01/k3s-agent");
    if (after?.state === "ready" && after.pid !== before?.pid && after.restarts > 0) break;
    expect(tries, JSON.stringify(after)).toBeLessThan(240);
    await sleep(500);
  }
  const ready = ["wait", "--for=condition=Ready", "node/worker-01", "--timeout=120s"];
  expect((await estate(["exec", "--", "kubectl", ...ready])).exitCode).toBe(0);
});

test("what it is, and why it is so, can be asked: status, logs, doctor", async () => {
  const shown = await estate(["status"]);
  expect(shown.exitCode, String(shown.stdout)).toBe(0);
  expect(shown.stdout).toMatch(/orchestrator-01\/k3s\s+ready\s+played/);
  expect((await estate(["logs", "worker-01"])).stdout).toContain("k3s");
  const { findings } = JSON.parse(String((await estate(["doctor", "--json"])).stdout)) as {
    findings: { what: string; state: string }[];
  };
  expect(findings.filter(({ state }) => state === "missing")).toEqual([]);
});

test("the orchestrator's API can be opened, and shows the estate's own certificate", async () => {
  const kubeconfig = await readFile(join(place().data, "kubeconfig"), "utf8");
  const { clusters } = parse(kubeconfig) as { clusters: [{ cluster: Record<string, string> }] };
  const { server = "", "certificate-authority-data": authority = "" } = clusters[0].cluster;
  const { url, close } = await opened("kubernetes");
  const secured = connect({
    ...{ host: "127.0.0.1", port: Number(new URL(url).port), servername: new URL(server).hostname },
    ca: Buffer.from(authority, "base64"),
  });
  // an authority or a name that does not fit is an error instead
  await once(secured, "secureConnect");
  secured.destroy();
  await close();
});

test("after down and up the same estate is there again, unchanged", async () => {
  const namespaces = (await networkNamespaces()).size;
  expect((await estate(["down"])).exitCode).toBe(0);
  expect((await networkNamespaces()).size).toBeLessThan(namespaces);
  const { exitCode, stdout, stderr } = await estate(["up", "--yes", "--json"]);
  expect(exitCode, String(stderr)).toBe(0);
  expect(stderr).toMatch(/Resources:\s+\d+ unchanged\s/);
  expect(rows(stdout)).toEqual(firstEstate);
});

test("a stack of another clone runs beside it; neither knows of the other", async () => {
  const started = await estate(["up", "--yes", "--no-estate"], { env: twin });
  expect(started.exitCode, String(started.stderr)).toBe(0);
  const servers = ["exec", "--", "openstack", "server", "list", "-f", "value", "-c", "Name"];
  expect((await estate(servers, { env: twin })).stdout).toBe("");
  expect(await names("server", "list")).toHaveLength(6);
  expect(await listening()).toEqual(outside);
  expect((await status()).services.filter(({ state }) => state !== "ready")).toEqual([]);
});

test("reset leaves no state: no data, no stack file", async () => {
  const other = place({ ...process.env, ...twin });
  expect(existsSync(join(other.data, "openstack"))).toBe(true);
  expect((await estate(["reset"], { env: twin })).exitCode).toBe(0);
  expect(existsSync(other.data)).toBe(false);
  expect(existsSync(join(project, `Pulumi.${other.stack}.yaml`))).toBe(false);
  await rm(`${other.data}.lock`, { recursive: true, force: true });
});
