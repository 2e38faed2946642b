import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Place } from "../../local/place.ts";
import { inside } from "./enter.ts";

interface Lock {
  readonly pid: number;
  readonly username: string;
  readonly timestamp: string;
}

/**
 * Frees the lock that a killed engine left on the stack's state, and says whose it was.
 *
 * The lock names a process of the stack's namespaces; where no `pulumi` with that number runs there, its owner is dead.
 */
export async function freeDeadLock(here: Place, stack: string): Promise<void> {
  const folder = join(here.data, "state", ".pulumi", "locks", "organization", "estate", stack);
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    const lock = JSON.parse(await readFile(file, "utf8")) as Lock;
    const owner = await inside(here, ["cat", `/proc/${lock.pid}/comm`]);
    if (String(owner.stdout).startsWith("pulumi")) continue;
    process.stderr.write(
      `The state of stack ${stack} was locked at ${lock.timestamp} by process ${lock.pid} of ${lock.username}, which is gone; the lock is freed.\n`,
    );
    await rm(file);
  }
}
