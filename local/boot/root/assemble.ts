import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { Trouble } from "../../say.ts";
import type { HostPaths } from "./paths.ts";
import { killHost } from "./processes.ts";

const here = import.meta.dirname;
const machineUnits = "/usr/lib/systemd/system";

/** Makes, once a daemon, what all hosts share of the played image: its units with the targets of systemd, and its presets. */
export async function prepareImage(run = "/run"): Promise<string> {
  const image = join(run, "estate", "image");
  await rm(image, { recursive: true, force: true });
  await mkdir(join(run, "hosts"), { recursive: true, mode: 0o755 });
  await mkdir(join(run, "estate", "uts"), { recursive: true });
  await cp(join(here, "..", "image"), image, { recursive: true });
  const targets = (await readdir(machineUnits).catch(() => [])).filter((name) => name.endsWith(".target"));
  if (targets.length === 0)
    throw new Trouble(`${machineUnits} has no targets: systemd is not installed (Debian: apt-get install systemd)`);
  for (const name of targets) await cp(join(machineUnits, name), join(image, "system", name), { dereference: true });
  return image;
}

export interface Assembly {
  /** Path of the host's network namespace. */
  readonly netns: string;
  readonly image: string;
  /** The Kubernetes program, if there is one to put in. */
  readonly kubernetes?: string;
  readonly serverId: string;
  readonly nameservers: readonly string[];
}

/** Mounts a host's root, and gives it a new boot id, which is returned. */
export async function assemble(
  paths: HostPaths,
  { netns, image, kubernetes, serverId, nameservers }: Assembly,
): Promise<string> {
  await takeApart(paths);
  const host = [paths.kept, paths.root, netns, image, kubernetes ?? "", serverId];
  await execa("sh", [join(here, "mount.sh"), ...host, process.execPath]);
  const bootId = crypto.randomUUID();
  const servers = nameservers.map((address) => `nameserver ${address}\n`).join("");
  await writeFile(join(paths.root, "run/estate/server-id"), `${serverId}\n`);
  await writeFile(join(paths.root, "run/estate/boot-id"), `${bootId}\n`);
  await writeFile(join(paths.root, "run/systemd/resolve/resolv.conf"), servers);
  return bootId;
}

/** Gives the host a UTS namespace; the programs of the host are recognised by it. */
export async function nameHost(paths: HostPaths): Promise<void> {
  await mkdir(dirname(paths.uts), { recursive: true });
  await writeFile(paths.uts, "");
  await execa("unshare", [`--uts=${paths.uts}`, "true"]);
  await renameHost(paths);
}

/** Gives the host the name that its /etc/hostname has now, and returns it. */
export async function renameHost(paths: HostPaths): Promise<string> {
  const name = (await readFile(join(paths.kept, "etc/hostname"), "utf8").catch(() => "")).trim() || "localhost";
  await execa("nsenter", [`--uts=${paths.uts}`, "hostname", name]);
  return name;
}

/** Kills what still runs on the host and unmounts all of it. Does nothing when there is nothing. */
export async function takeApart(paths: HostPaths): Promise<void> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8");
  const points = mounts.split("\n").map((line) => line.split(" ")[4] ?? "");
  // no process of the host can be without either
  if (!points.includes(paths.root) && !points.includes(paths.uts)) return;
  await killHost(paths);
  if (points.includes(paths.root)) await execa("umount", ["--recursive", "--lazy", paths.root]);
  if (points.includes(paths.uts)) await execa("umount", [paths.uts]);
  await rm(paths.uts, { force: true });
}
