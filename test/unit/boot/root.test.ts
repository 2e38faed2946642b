import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { borrow } from "../../../local/boot/root/make.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-root-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a host gets this machine's certificates, and none of its keys or settings", async () => {
  const [etc, to] = [join(folder, "machine"), join(folder, "host")];
  for (const path of [join(etc, "ssl/certs"), join(etc, "ssl/private"), to]) await mkdir(path, { recursive: true });
  for (const name of ["ssl/certs/ca.pem", "ssl/private/machine.key", "ssl/openssl.cnf", "services", "shadow"])
    await writeFile(join(etc, name), "");
  await symlink("ca.pem", join(etc, "ssl/certs/0123abcd.0"));
  await borrow(etc, to);
  expect((await readdir(to, { recursive: true })).toSorted()).toEqual([
    "services",
    "ssl",
    "ssl/certs",
    "ssl/certs/0123abcd.0",
    "ssl/certs/ca.pem",
    "ssl/openssl.cnf",
  ]);
});

test("a machine that has none of it is no error", async () => {
  await mkdir(join(folder, "bare"));
  await expect(borrow(join(folder, "bare"), folder)).resolves.toBeUndefined();
});
