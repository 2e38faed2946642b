import { randomUUID } from "node:crypto";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EventLog } from "../../cli/up/events.ts";
import { ensureEngine } from "../../local/engine/engine.ts";
import { place, project } from "../../local/place.ts";
import { policies } from "../../policies/rules.ts";

let folder: string;
let environment: Record<string, string>;

beforeAll(async () => {
  const { home, bin } = await ensureEngine(place(), () => undefined);
  folder = await mkdtemp(join(tmpdir(), "estate-policy-"));
  await cp(join(import.meta.dirname, "policy-pack"), folder, { recursive: true });
  await symlink(join(project, "node_modules"), join(folder, "node_modules"));
  environment = {
    PATH: [bin, join(process.execPath, ".."), process.env.PATH].join(delimiter),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DEBUG_COMMANDS: "true",
    // a cloud that nobody asks
    ...{
      OS_AUTH_URL: "http://127.0.0.1:9/v3",
      OS_APPLICATION_CREDENTIAL_ID: "1",
      OS_APPLICATION_CREDENTIAL_SECRET: "2",
    },
  };
  await pulumi("stack", "init", "test");
  await pulumiIn("estate", "stack", "init", "test");
}, 1_200_000);
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function pulumi(...command: string[]) {
  return pulumiIn("program", ...command);
}

async function pulumiIn(program: string, ...command: string[]) {
  return execa("pulumi", [...command, "--non-interactive"], {
    cwd: join(folder, program),
    env: environment,
    all: true,
    reject: false,
  });
}

/** What the estate's own pack finds in a preview of the small estate, as the engine tells it: `mandatory no-latest latest`. */
async function judged(broken: boolean, ...flags: string[]) {
  await pulumiIn("estate", "config", "set", "broken", String(broken));
  const log = join(folder, `events-${randomUUID()}`);
  const pack = ["--policy-pack", join(project, "policies"), "--event-log", log, ...flags];
  const { exitCode, all } = await pulumiIn("estate", "preview", ...pack);
  const events = new EventLog(log);
  await events.read();
  const found = events.findings.map(({ level, policy, name }) => `${level} ${policy} ${name}`).sort();
  return { exitCode, all, found, messages: events.findings.map(({ message }) => message) };
}

/** Each rule of the pack, by the resource that breaks it in the small estate. */
const violations = [
  "advisory data-protected unprotected",
  "mandatory data-not-deleted-first deleted-first",
  "mandatory gates-in-a-row bbb-03",
  "mandatory hosts-by-image-id by-name",
  "mandatory images-by-digest tag",
  "mandatory listeners-name-callers api-for-all",
  "mandatory no-latest latest",
  "mandatory no-secrets-in-user-data leaky",
  "mandatory no-ssh-from-world ssh-for-all",
  "mandatory odd-servers estate-test",
  "mandatory pods-have-limits unlimited",
  "mandatory pods-have-limits unlimited",
  "mandatory pods-have-network-policy unguarded",
  "mandatory pods-have-probes unprobed",
  "mandatory pods-not-root root",
  "mandatory ports-are-guarded unguarded-port",
  "mandatory servers-follow-image frozen",
  "mandatory servers-have-gates ungated",
  "mandatory servers-have-gates ungated",
  "mandatory world-only-by-catalogue postgres-for-all",
  "mandatory world-only-by-catalogue ssh-for-all",
  "mandatory world-only-where-it-listens https-on-monitoring",
  "mandatory world-only-where-it-listens https-on-nobody",
];

async function withPack(names: readonly string[], ...command: string[]) {
  await pulumi("config", "set", "names", JSON.stringify(names));
  return pulumi(...command, "--policy-pack", join(folder, "pack"));
}

test("a violation stops the preview, and says which rule and which resource", async () => {
  const { exitCode, all } = await withPack(["blue", "RED"], "preview");
  expect(all).toContain("room-names");
  expect(all).toContain("RED is not in lower case");
  expect(all).not.toContain("blue is not");
  expect(exitCode).not.toBe(0);
});

test("a violation stops the update as well", async () => {
  expect((await withPack(["RED"], "up", "--yes", "--skip-preview")).exitCode).not.toBe(0);
  expect((await pulumi("stack", "--show-urns")).all).not.toContain("RED");
});

test("without a violation the update goes through", async () => {
  const { exitCode, all } = await withPack(["blue"], "up", "--yes");
  expect(all).toContain("rooms");
  expect(exitCode).toBe(0);
});

test("a pack that does not load stops the preview", async () => {
  await cp(join(folder, "program/Pulumi.yaml"), join(folder, "pack/index.ts"));
  const { exitCode } = await withPack(["blue"], "preview");
  expect(exitCode).not.toBe(0);
});

test("an estate that keeps to every rule passes the estate's own pack", async () => {
  const { exitCode, found, all } = await judged(false);
  expect([exitCode, found], all).toEqual([0, []]);
});

test("each rule of the estate's own pack blocks what breaks it, all in one preview", async () => {
  const { exitCode, found, all, messages } = await judged(true);
  expect(found, all).toEqual(violations);
  expect(exitCode).not.toBe(0);
  expect(new Set(violations.map((one) => one.split(" ")[1]))).toEqual(new Set(policies.map(({ name }) => name)));
  expect(messages.join("\n")).not.toContain("correct-horse");
});

test("levels and exceptions are configured: what is allowed is not told, and what only advises does not block", async () => {
  const config = join(folder, "policies.json");
  await writeFile(
    config,
    JSON.stringify({
      ...{ all: "advisory", "odd-servers": "disabled" },
      "world-only-by-catalogue": { allow: ["tcp 5432-*"] },
      "data-protected": "mandatory",
    }),
  );
  const { exitCode, found, all } = await judged(true, "--policy-pack-config", config);
  expect(found.filter((one) => /odd-servers|postgres-for-all/.test(one))).toEqual([]);
  expect(
    found.filter((one) => one.startsWith("mandatory")),
    all,
  ).toEqual(["mandatory data-protected unprotected"]);
  expect(found).toContain("advisory no-ssh-from-world ssh-for-all");
  expect(exitCode).not.toBe(0);
});
