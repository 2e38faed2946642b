import { readdirSync, readlinkSync, statSync } from "node:fs";
import { BootFailure } from "../failure.ts";
import type { HostPaths } from "./paths.ts";

/**
 * The processes of a host: those in its UTS namespace or with its folder as their root, whatever network namespace they
 * moved on to. What others run in its network namespace (its metadata proxy) is not among them.
 */
function hostProcesses(paths: HostPaths): number[] {
  const uts = statSync(paths.uts, { throwIfNoEntry: false })?.ino;
  // synchronous: with a hundred hosts there are hundreds of processes, and each call is a few microseconds
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      if (uts !== undefined && link(`/proc/${pid}/ns/uts`) === `uts:[${uts}]`) return true;
      const root = link(`/proc/${pid}/root`);
      return root === paths.root || root.startsWith(`${paths.root}/`);
    });
}

/** A process that ends meanwhile belongs to nobody. */
function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** Kills all of them at once. Returns when none is left, or throws when some cannot be killed. */
export async function killHost(paths: HostPaths): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (let left = hostProcesses(paths); left.length > 0; left = hostProcesses(paths)) {
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
