import { existsSync } from "node:fs";
import { chmod, chown, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { rootFiles } from "./files.ts";
import type { HostPaths } from "./paths.ts";

/** Of this machine's /etc, what its programs need to run at all: no settings, and nothing private (/etc/ssl has keys, too). */
const borrowed = [
  "alternatives",
  "ssl/certs",
  "ssl/openssl.cnf",
  "ca-certificates",
  "ld.so.conf",
  "ld.so.conf.d",
  "services",
  "protocols",
];

/** Makes the writable layer of a host afresh: an image that has never booted. What was there is gone. */
export async function makeRoot(paths: HostPaths, host: { serverId: string; name: string }): Promise<void> {
  await rm(paths.kept, { recursive: true, force: true });
  await rm(paths.ignition, { recursive: true, force: true });
  await mkdir(paths.kept, { recursive: true });
  for (const file of rootFiles(host)) {
    const path = join(paths.kept, file.path);
    await mkdir(file.text === undefined ? path : dirname(path), { recursive: true });
    if (file.text !== undefined) await writeFile(path, file.text);
    await chmod(path, file.mode);
    await chown(path, file.id ?? 0, file.id ?? 0);
  }
  // until a config says otherwise, the name servers are those that the network hands out
  await symlink("../run/systemd/resolve/resolv.conf", join(paths.kept, "etc/resolv.conf"));
  await borrow("/etc", join(paths.kept, "etc"));
}

/** Copies what hosts need of the folder `etc` of this machine, as far as it is there. */
export async function borrow(etc: string, to: string): Promise<void> {
  const present = borrowed.filter((name) => existsSync(join(etc, name)));
  if (present.length > 0) await execa("cp", ["--archive", "--parents", ...present, to], { cwd: etc });
}
