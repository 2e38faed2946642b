/** How long the estate on one machine takes, and how much memory. */
import { readdir, readFile } from "node:fs/promises";
import { runningDaemon } from "../../local/daemon/launch.ts";
import type { Bench } from "./stack.ts";

/** Seconds of `npm run local`, and GiB of all processes of its stack. */
export interface LocalMeasured {
  /** With empty caches. */
  readonly coldSeconds?: number;
  /** From an empty data folder, with what was built before. */
  readonly emptyDataSeconds?: number;
  readonly noOpSeconds: number;
  readonly memoryGiB: number;
  readonly stopSeconds: number;
  /** From a stopped stack. */
  readonly stoppedSeconds: number;
}

/** Measures `npm run local` from nothing; the stack is there afterwards. */
export async function measureLocal(bench: Bench, cold: boolean): Promise<LocalMeasured> {
  await bench.local("reset");
  const first = await bench.local("up", "--yes");
  return {
    ...(cold ? { coldSeconds: first } : { emptyDataSeconds: first }),
    noOpSeconds: await bench.local("up", "--yes"),
    memoryGiB: gib(await memory(bench)),
    stopSeconds: await bench.local("down"),
    stoppedSeconds: await bench.local("up", "--yes"),
  };
}

/** Bytes of all processes in the daemon's process namespace. A page that n of them share counts 1/n in each. */
async function memory({ here }: Bench): Promise<number> {
  const daemon = await runningDaemon(here);
  const root = `/proc/${daemon?.pid}/root/proc`;
  const processes = (await readdir(root)).filter((name) => /^\d+$/.test(name));
  const sizes = await Promise.all(
    processes.map((name) => readFile(`${root}/${name}/smaps_rollup`, "utf8").catch(() => "")),
  );
  return sizes.reduce((sum, text) => sum + Number(/^Pss: +(\d+)/m.exec(text)?.[1] ?? 0) * 1024, 0);
}

export function gib(bytes: number): number {
  return Math.round((bytes / 2 ** 30) * 100) / 100;
}
