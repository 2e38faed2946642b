import { readdir, readFile } from "node:fs/promises";
import { partOf, usageOf } from "./processes.ts";

/** Seconds that each process of the cloud has computed, by its number and when it began. */
export type CloudUsage = ReadonlyMap<string, number>;

/**
 * What all processes of a `/proc` have computed that work on no update themselves: on the local stack, the APIs of OpenStack and
 * Kubernetes with their databases, the network, and hosts that do nothing. They compute a little when nobody asks them, too.
 */
export async function cloudUsage(proc: string): Promise<CloudUsage> {
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  const text = (pid: string, name: string) => readFile(`${proc}/${pid}/${name}`, "utf8").catch(() => "");
  const used = new Map<string, number>();
  for (const pid of pids) {
    if (partOf(await text(pid, "cmdline"))) continue;
    const usage = usageOf(await text(pid, "stat"), await text(pid, "status"));
    if (usage) used.set(`${pid} ${usage.started}`, usage.cpuSeconds);
  }
  return used;
}

/** Seconds that the cloud computed between two looks; without what began and ended in between. */
export function cloudSeconds(before: CloudUsage, after: CloudUsage): number {
  return [...after].reduce((sum, [process, seconds]) => sum + seconds - (before.get(process) ?? 0), 0);
}
