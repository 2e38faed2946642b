import { readdir, readlink, stat } from "node:fs/promises";
import { BootFailure } from "../failure.ts";
import type { HostPaths } from "./paths.ts";

/**
 * The processes of a host: those in its UTS namespace or with its folder as their root, whatever network namespace they
 * moved on to. What others run in its network namespace (its metadata proxy) is not among them.
 */
export async function hostProcesses(paths: HostPaths): Promise<number[]> {
  const uts = (await stat(paths.uts).catch(() => undefined))?.ino;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const own = await Promise.all(pids.map((pid) => belongs(pid, uts, paths.root)));
  return pids.filter((_, at) => own[at]);
}

/** Kills all of them at once. Returns when none is left, or throws when some cannot be killed. */
export async function killHost(paths: HostPaths): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (let left = await hostProcesses(paths); left.length > 0; left = await hostProcesses(paths)) {
    if (Date.now() > deadline) throw new BootFailure(`processes ${left.join(", ")} of the host cannot be killed`);
    for (const pid of left) kill(pid);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function belongs(pid: number, uts: number | undefined, root: string): Promise<boolean> {
  // a process that ends meanwhile belongs to nobody
  const [namespace, ownRoot] = await Promise.all([
    readlink(`/proc/${pid}/ns/uts`).catch(() => ""),
    readlink(`/proc/${pid}/root`).catch(() => ""),
  ]);
  return (uts !== undefined && namespace === `uts:[${uts}]`) || ownRoot === root || ownRoot.startsWith(`${root}/`);
}
