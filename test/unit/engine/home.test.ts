import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fillBin, fillHome } from "../../../local/engine/home.ts";
import { pieces } from "../../../local/engine/pieces.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "estate-home-"));
});
afterEach(async () => rm(home, { recursive: true, force: true }));

const plugin = { name: "openstack", version: "3.15.2", program: "pulumi-resource-openstack" };
const folder = () => join(home, "plugins/resource-openstack-v3.15.2");

test("the home holds the wanted plugins, where they are now, and no other", async () => {
  await mkdir(join(home, "plugins/resource-openstack-v3.14.0"), { recursive: true });
  await fillHome(home, [{ ...plugin, path: "/cache/old" }]);
  await fillHome(home, [{ ...plugin, path: "/cache/new" }]);
  expect(await readdir(join(home, "plugins"))).toEqual(["resource-openstack-v3.15.2"]);
  expect(await readdir(folder())).toEqual([plugin.program]);
  expect(await readlink(join(folder(), plugin.program))).toBe("/cache/new");
});

test("the bin folder holds the wanted programs and no other", async () => {
  await writeFile(join(home, "pulumi-language-go"), "");
  expect(await fillBin(home, ["/cache/pulumi", "/cache/pulumi-language-nodejs"])).toBe(home);
  expect(await readdir(home)).toEqual(["pulumi", "pulumi-language-nodejs"]);
});

test("plugins have the versions of their npm packages", () => {
  const versions = Object.fromEntries(pieces().map(({ name, version }) => [name, version]));
  expect(versions).toMatchObject({ openstack: "3.15.2", kubernetes: "4.34.2", command: "1.2.1" });
  expect(versions.cli).toBe(versions["language-host"]);
});
