import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Place } from "../../local/place.ts";
import { inside } from "./enter.ts";

interface Lock {
  readonly pid: number;
  readonly username: string;
  readonly timestamp: string;
}

/**
 * Frees the lock that a killed engine left on the stack's state, and says whose it was. Where the engine still runs (its
 * terminal may be gone), waits for it to end.
 *
 * The lock names a process of the stack's namespaces; where no `pulumi` with that number runs there, its owner is dead.
 */
export async function freeLock(here: Place, stack: string): Promise<void> {
  const folder = join(here.data, "state", ".pulumi", "locks", "organization", "estate", stack);
  // the file backend keeps attributes beside, and takes both away one after the other
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  for (const name of names) {
    const file = join(folder, name);
    const lock = await readLock(file);
    if (!lock) continue;
    if (await runs(here, lock)) {
      process.stderr.write(
        `An update of stack ${stack} still runs, since ${lock.timestamp} (process ${lock.pid}); waiting for its end. To stop it: estate local exec -- kill -INT ${lock.pid}\n`,
      );
      while (await runs(here, lock)) await sleep(500);
    }
    if (!existsSync(file)) continue;
    process.stderr.write(
      `The state of stack ${stack} was locked at ${lock.timestamp} by process ${lock.pid} of ${lock.username}, which is gone; the lock is freed.\n`,
    );
    await rm(file, { force: true });
  }
}

/** Nothing where the engine has ended since; one that was killed while it wrote is nobody's. */
async function readLock(file: string): Promise<Lock | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Lock;
  } catch {
    return { pid: 0, username: "somebody", timestamp: "an unknown time" };
  }
}

async function runs(here: Place, { pid }: Lock): Promise<boolean> {
  const { stdout } = await inside(here, ["cat", `/proc/${pid}/comm`]);
  return String(stdout).startsWith("pulumi");
}
