import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { official } from "../../../local/engine/official.ts";
import { pieces } from "../../../local/engine/pieces.ts";

let machine: string;
const wanted = pieces();
const version = (name: string) => wanted.find((piece) => piece.name === name)?.version ?? "";

beforeEach(async () => {
  machine = await mkdtemp(join(tmpdir(), "estate-official-"));
});
afterEach(async () => rm(machine, { recursive: true, force: true }));

async function program(path: string, says = ""): Promise<void> {
  await mkdir(dirname(join(machine, path)), { recursive: true });
  await writeFile(join(machine, path), `#!/bin/sh\necho ${says}\n`);
  await chmod(join(machine, path), 0o755);
}

const found = async (...folders: string[]) =>
  Object.fromEntries(
    await official(wanted, { HOME: machine, PATH: [...folders.map((one) => join(machine, one)), "/bin"].join(":") }),
  );

test("an empty machine has none", async () => {
  expect(await found("bin")).toEqual({});
});

test("a plugin counts at exactly its version", async () => {
  const folder = (of: string) => `.pulumi/plugins/resource-openstack-v${of}/pulumi-resource-openstack`;
  await program(folder("3.14.0"));
  expect(await found()).toEqual({});
  await program(folder(version("openstack")));
  expect(await found()).toEqual({ openstack: join(machine, folder(version("openstack"))) });
});

test("a plugin counts in PULUMI_HOME, too, unless that is a stack's", async () => {
  const path = join(`plugins/resource-command-v${version("command")}`, "pulumi-resource-command");
  const inHome = (more: NodeJS.ProcessEnv) =>
    official(wanted, { HOME: machine, PATH: "/bin", PULUMI_HOME: join(machine, "elsewhere"), ...more });
  await program(join(".pulumi", path));
  expect((await inHome({})).get("command")).toBe(join(machine, ".pulumi", path));
  await program(join("elsewhere", path));
  expect((await inHome({})).get("command")).toBe(join(machine, "elsewhere", path));
  expect((await inHome({ ESTATE_INSIDE: "0123456789" })).get("command")).toBe(join(machine, ".pulumi", path));
});

test("the CLI counts with its language host, at exactly its version, also through a link", async () => {
  for (const host of ["nodejs", "python"]) await program(`opt/pulumi/pulumi-language-${host}`);
  await program("opt/pulumi/pulumi", "v3.1.0");
  await mkdir(join(machine, "bin"));
  await symlink("../opt/pulumi/pulumi", join(machine, "bin/pulumi"));
  expect(await found("bin")).toEqual({});
  await program("opt/pulumi/pulumi", `v${version("cli")}`);
  expect(await found("bin")).toEqual({
    cli: join(machine, "opt/pulumi/pulumi"),
    "language-host": join(machine, "opt/pulumi/pulumi-language-nodejs"),
  });
});

test("a CLI that was built here is not an official one", async () => {
  await program("bin/pulumi", `v${version("cli")}`);
  await program("bin/pulumi-language-nodejs");
  expect(await found("bin")).toEqual({});
});
