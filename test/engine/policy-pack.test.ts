import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureEngine } from "../../local/engine/engine.ts";
import { place, project } from "../../local/place.ts";

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
  };
  await pulumi("stack", "init", "test");
}, 1_200_000);
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function pulumi(...command: string[]) {
  return execa("pulumi", [...command, "--non-interactive"], {
    cwd: join(folder, "program"),
    env: environment,
    all: true,
    reject: false,
  });
}

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
