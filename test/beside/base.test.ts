/**
 * An estate of two stacks, beside the first one: its base, which has the authorities' keys and a passphrase of its own, and its servers,
 * which are built, changed and taken down by who has not that passphrase. It is needed once, to found the orchestrator.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { localDocument } from "../../cli/local-document.ts";
import type { EstateMap } from "../../cli/map/estate-map.ts";
import { k3sLauncherSha512 } from "../../local/boot/launcher.ts";
import { authorityKeyNames } from "../../stacks/secrets.ts";
import { copyProgram, discard, serverIds as idsOf, type Ran } from "../engine/estate.ts";
import { left } from "../engine/left.ts";

const [servers, base] = ["split", "split-base"];
const passphrases = { [servers]: "of the servers", [base]: "of the base" };
const small = { flavor: "m1.small", rollout: { joinMinutes: 4, drainMinutes: 4, soakMinutes: 0.05 } };

let copy: string;
let state: string;
let before: readonly string[];
/** The authorities' keys, in clear. */
let keys: readonly string[];
const file = (stack: string) => join(copy, `Pulumi.${stack}.yaml`);

async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const own = { PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE_FILE: undefined };
  const options = { cwd: copy, env: { ...own, ...env }, all: true, stdin: "ignore", reject: false } as const;
  const { exitCode = -1, stdout, stderr, all: text } = await execa(program, args, options);
  return { exitCode, stdout, stderr, text };
}

/** With the stack's own passphrase. */
function pulumi(stack: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const own = { PULUMI_CONFIG_PASSPHRASE: passphrases[stack] };
  return run("pulumi", [...args, "--stack", stack, "--non-interactive", "--color=never"], { ...own, ...env });
}

const up = (stack: string, env?: NodeJS.ProcessEnv) => pulumi(stack, ["up", "--yes", "--skip-preview"], env);

function estate(stack: string, ...args: readonly string[]): Promise<Ran> {
  const env = { PULUMI_CONFIG_PASSPHRASE: passphrases[stack] };
  return run(process.execPath, ["cli/main.ts", ...args, "--stack", stack], env);
}

async function change(edit: (roles: Record<string, { hosts: Record<string, object> }>) => void): Promise<void> {
  const text = parse(await readFile(file(servers), "utf8"));
  edit(text.config["estate:estate"].roles);
  await writeFile(file(servers), stringify(text));
}

const serverIds = () => idsOf(`${servers}-`);

/** As an administrator of the servers' cluster. */
async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const { stdout } = await pulumi(servers, ["stack", "output", "kubeconfig", "--show-secrets"]);
  await writeFile(join(state, "kubeconfig"), stdout, { mode: 0o600 });
  const at = ["--kubeconfig", join(state, "kubeconfig"), "--request-timeout=5s"];
  return (await execa("kubectl", [...at, ...args], input === undefined ? {} : { input })).stdout;
}

beforeAll(async () => {
  copy = await copyProgram();
  state = await mkdtemp(join(tmpdir(), "estate-split-"));
  before = await left();
  const document = localDocument({ k3sSha512: k3sLauncherSha512() }) as Record<string, unknown>;
  Object.assign(document, {
    ...{ name: "split", zone: "split.test", sites: { local: { cidr: "10.70.0.0/24" } } },
    roles: {
      orchestrator: {
        ...{ ...small, publicAddress: true, hosts: { "split-o-01": {} } },
        volumes: { datastore: { sizeGiB: 2, path: "/var/lib/rancher" } },
      },
      worker: { ...small, runs: ["pods"], hosts: { "split-w-01": {}, "split-w-02": {} } },
    },
  });
  await writeFile(file(servers), stringify({ config: { "estate:estate": document } }));
});
afterAll(async () => {
  for (const stack of [servers, base]) await pulumi(stack, ["destroy", "--yes", "--skip-preview"]);
  await discard(copy);
  await rm(state, { recursive: true, force: true });
});

test("estate init gives the authorities' keys to the stack of the base alone", async () => {
  const init = ["cli/main.ts", "init", "--stack", servers, "--base", base, "--yes", "--json"];
  const env = { PULUMI_CONFIG_PASSPHRASE: passphrases[servers] };
  const refused = await run(process.execPath, init, env);
  expect(refused.text).toMatch(/with a passphrase of its own: say it with ESTATE_BASE_PASSPHRASE or/);
  const done = await run(process.execPath, init, { ...env, ESTATE_BASE_PASSPHRASE: passphrases[base] });
  expect(done.exitCode, done.text).toBe(0);
  const own = parse(await readFile(file(servers), "utf8")).config;
  const ofBase = parse(await readFile(file(base), "utf8")).config;
  expect(own["estate:base"]).toBe(base);
  expect(Object.keys(ofBase).sort()).toEqual(
    [...authorityKeyNames.map((name) => `estate:${name}`), "estate:baseOf"].sort(),
  );
  expect(authorityKeyNames.filter((name) => own[`estate:${name}`])).toEqual([]);
  const { stdout } = await pulumi(base, ["config", "--show-secrets", "--json"]);
  const settings = JSON.parse(stdout) as Record<string, { readonly value: string }>;
  keys = authorityKeyNames.map((name) => settings[`estate:${name}`]?.value ?? "").filter((key) => key !== "");
  expect(keys).toHaveLength(authorityKeyNames.length);
});

test("servers without a base are refused, with what to do", async () => {
  const { exitCode, text } = await pulumi(servers, ["preview"]);
  expect(exitCode, text).not.toBe(0);
  expect(text).toContain(
    `The stack ${base} has not built the base of this one yet: run 'pulumi up --stack ${base}' first.`,
  );
});

test("the base has addresses, volumes and names, and no server", async () => {
  const made = await up(base);
  expect(made.exitCode, made.text).toBe(0);
  expect(await serverIds()).toEqual({});
  const { stdout } = await pulumi(base, ["stack", "output", "base", "--json"]);
  expect(Object.keys(JSON.parse(stdout).hosts)).toEqual(["split-o-01", "split-w-01", "split-w-02"]);
});

test("estate up is at home in either stack", async () => {
  const again = await estate(base, "up", "--yes", "--json");
  expect(again.exitCode, again.text).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ result: "done" });
});

test("an orchestrator is founded by who has the base's passphrase; without it the update says so, and the next one goes on", async () => {
  const without = await up(servers);
  expect(without.exitCode).not.toBe(0);
  expect(without.text).toMatch(/the keys of the authorities are in the stack of the base.*ESTATE_BASE_PASSPHRASE/);
  const founded = await up(servers, { ESTATE_BASE_PASSPHRASE: passphrases[base] });
  expect(founded.exitCode, founded.text).toBe(0);
  expect(Object.keys(await serverIds()).sort()).toEqual(["split-o-01", "split-w-01", "split-w-02"]);
  for (const stack of [base, servers]) {
    const preview = await pulumi(stack, ["preview", "--expect-no-changes", "--diff"]);
    expect(preview.exitCode, preview.text).toBe(0);
  }
});

test("of either there is nothing to tell: a preview is empty, and a drift check finds what the other has", async () => {
  for (const stack of [base, servers]) {
    const preview = await estate(stack, "preview", "--json");
    expect(preview.exitCode, preview.text).toBe(0);
    expect(JSON.parse(preview.stdout)).toMatchObject({ changes: [], refusals: [], errors: [] });
    const drift = await estate(stack, "drift", "--shared", "--json");
    expect(JSON.parse(drift.stdout), drift.stderr).toMatchObject({ result: "clean", findings: [], troubles: [] });
    expect(drift.exitCode).toBe(0);
  }
});

test("the state of the servers has no key of an authority, and what it has is not read with the base's passphrase", async () => {
  const { stdout, exitCode } = await pulumi(servers, ["stack", "export", "--show-secrets"]);
  expect(exitCode).toBe(0);
  const lines = keys.flatMap((key) => key.split("\n").filter((line) => line.length > 40 && !line.startsWith("---")));
  expect(lines.length).toBeGreaterThan(keys.length);
  // counted: a failed expectation would print them
  expect(lines.filter((line) => stdout.includes(line))).toHaveLength(0);
  const other = await run("pulumi", ["stack", "export", "--show-secrets", "--stack", servers, "--non-interactive"], {
    PULUMI_CONFIG_PASSPHRASE: passphrases[base],
  });
  expect(other.text).toMatch(/incorrect passphrase/);
});

test("a host goes from the stack of the servers first: the base takes nothing from under a server", async () => {
  await change(({ worker }) => {
    delete worker?.hosts["split-w-02"];
  });
  const refused = await pulumi(base, ["preview"]);
  expect(refused.exitCode, refused.text).not.toBe(0);
  expect(refused.text).toContain(
    `the host split-w-02 goes, and its server stands: run 'pulumi up --stack ${servers}' first`,
  );
  const ids = await serverIds();
  const drained = await up(servers);
  expect(drained.exitCode, drained.text).toBe(0);
  expect(drained.text).toContain("is that of an older document");
  const { "split-w-02": gone, ...rest } = ids;
  expect(gone).toBeDefined();
  expect(await serverIds(), drained.text).toEqual(rest);
  // it refuses what takes addresses from hosts that stay: this one does not
  const removed = await estate(base, "up", "--yes");
  expect(removed.exitCode, removed.text).toBe(0);
  const { hosts } = JSON.parse((await estate(servers, "map", "--json")).stdout) as EstateMap;
  expect(hosts.map(({ name, fixed, role }) => [name, fixed, role])).toEqual([
    ["split-o-01", expect.stringMatching(/^10\.70\.0\.\d+$/), "orchestrator"],
    ["split-w-01", expect.stringMatching(/^10\.70\.0\.\d+$/), "worker"],
  ]);
});

test("a host is replaced by who has not the base's passphrase; one that is new begins with the base", async () => {
  await change(({ orchestrator, worker }) => {
    Object.assign(orchestrator?.hosts["split-o-01"] ?? {}, { generation: 1 });
    Object.assign(worker?.hosts ?? {}, { "split-w-03": {} });
  });
  const refused = await pulumi(servers, ["preview"]);
  expect(refused.text).toMatch(
    /is not that of the document: run 'pulumi up --stack split-base' first\. It lacks:\s+the host split-w-03/,
  );
  const added = await up(base);
  expect(added.exitCode, added.text).toBe(0);
  const ids = await serverIds();
  const rolled = await up(servers);
  expect(rolled.exitCode, rolled.text).toBe(0);
  const now = await serverIds();
  expect(Object.keys(now).sort()).toEqual(["split-o-01", "split-w-01", "split-w-03"]);
  expect([now["split-o-01"] === ids["split-o-01"], now["split-w-01"] === ids["split-w-01"]]).toEqual([false, true]);
});

test("servers that are destroyed come again on what the base kept: the same cluster, its nodes their own", async () => {
  const kept = { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "kept", namespace: "default" } };
  await kubectl(["apply", "--filename", "-"], JSON.stringify(kept));
  const ids = await serverIds();
  const destroyed = await estate(servers, "destroy", "--yes");
  expect(destroyed.exitCode, destroyed.text).toBe(0);
  expect(await serverIds()).toEqual({});
  const again = await up(servers, { ESTATE_BASE_PASSPHRASE: passphrases[base] });
  expect(again.exitCode, again.text).toBe(0);
  const now = await serverIds();
  expect(Object.keys(now).sort()).toEqual(Object.keys(ids).sort());
  expect(Object.values(now).filter((id) => Object.values(ids).includes(id))).toEqual([]);
  // k3s keeps the names of workers for who has the passwords that went with their servers
  for (const host of ["split-w-01", "split-w-03"])
    expect(again.text).toContain(`${host}: the node of its name was that of ${ids[host]}, which is gone: taken away`);
  expect(await kubectl(["get", "configmap", "kept", "--output", "name"])).toBe("configmap/kept");
  const nodes = await kubectl(["get", "nodes", "--output", "jsonpath={range .items[*]}{.metadata.name}{'\\n'}{end}"]);
  expect(nodes.trim().split("\n")).toEqual(Object.keys(now).sort());
});

test("the base goes last, and nothing stays", async () => {
  const refused = await estate(base, "destroy", "--yes");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.text).toContain(`the stack ${servers} has servers on it: 'estate destroy --stack ${servers}' first`);
  for (const stack of [servers, base]) {
    const destroyed = await estate(stack, "destroy", "--yes");
    expect(destroyed.exitCode, destroyed.text).toBe(0);
  }
  expect(await left()).toEqual(before);
});
