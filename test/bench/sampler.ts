import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Meter, type Part, partOf, type Seen, usageOf } from "./processes.ts";

/** Milliseconds between two looks. */
const interval = 500;

/** A process may become another program soon after its start; then it stays what it is. */
const looks = 4;

/** Looks at the processes of a `/proc` while `work` runs, and tells the meter of those of an update. */
export async function sampled<Result>(proc: string, meter: Meter, work: () => Promise<Result>): Promise<Result> {
  const done = new AbortController();
  const watching = watch(proc, meter, done.signal);
  try {
    return await work();
  } finally {
    done.abort();
    await watching;
  }
}

async function watch(proc: string, meter: Meter, done: AbortSignal): Promise<void> {
  const known = new Map<string, Part>();
  const others = new Map<string, number>();
  while (!done.aborted) {
    const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
    const sample: Seen[] = [];
    for (const pid of pids) {
      const seen = await look(proc, pid, known, others);
      if (seen) sample.push(seen);
    }
    meter.see(sample);
    // a number is given again
    const alive = new Set(pids);
    for (const pid of [...known.keys(), ...others.keys()].filter((one) => !alive.has(one))) {
      known.delete(pid);
      others.delete(pid);
    }
    await sleep(interval, undefined, { signal: done }).catch(() => undefined);
  }
}

/** A hundred hosts are thousands of processes: what has been looked at and is none of ours is left alone. */
async function look(
  proc: string,
  pid: string,
  known: Map<string, Part>,
  others: Map<string, number>,
): Promise<Seen | undefined> {
  const times = others.get(pid) ?? 0;
  if (!known.has(pid) && times >= looks) return undefined;
  const text = (name: string) => readFile(`${proc}/${pid}/${name}`, "utf8").catch(() => "");
  const part = known.get(pid) ?? partOf(await text("cmdline"));
  if (!part) return void others.set(pid, times + 1);
  known.set(pid, part);
  const usage = usageOf(await text("stat"), await text("status"));
  return usage && { ...usage, pid, part };
}
