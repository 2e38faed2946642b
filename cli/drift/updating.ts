import type { Checkpoint } from "../interrupted.ts";
import { readJournal } from "../journal/journal.ts";
import { rolloutStatus } from "../journal/status.ts";
import { type LockHolder, readLocks } from "../state-lock.ts";
import type { Updating } from "./report.ts";

/** What is known of an update that may run. */
export interface Activity {
  readonly updating?: Updating;
  /** A lock that a killed engine left: what it is, and what frees it. */
  readonly stale?: string;
  /** Whether an update of any machine would have been seen. */
  readonly seesAll: boolean;
}

/**
 * Whether an update of the stack runs: by the lock on its state, where that is in a folder, else by the journal that gates and
 * `estate up` keep in this clone, which knows nothing of other machines. Nothing is locked and nothing is freed.
 */
export async function activityOf(
  stack: string,
  { PULUMI_BACKEND_URL: backend }: NodeJS.ProcessEnv,
  hostname: string,
  now = new Date(),
): Promise<Activity> {
  const locks = await readLocks({ stack, backend, hostname });
  const alive = locks.find(({ runs }) => runs !== false);
  // where locks can be read, there would be one
  const seesAll = backend?.startsWith("file://") ?? false;
  if (alive) return { updating: { since: alive.since, who: holderOf(alive) }, seesAll };
  const [dead] = locks;
  if (dead)
    return {
      seesAll,
      stale: `the state is locked since ${dead.since} by ${holderOf(dead)}, which is gone: 'estate up' frees the lock`,
    };
  if (seesAll) return { seesAll };
  const { result, startedAt = "" } = rolloutStatus(await readJournal(stack), now);
  const who = "as the journal of this clone says";
  return { seesAll, ...(result === "running" ? { updating: { since: startedAt, who } } : {}) };
}

/**
 * An update whose lock cannot be seen, by what it leaves: an engine writes the state at each step, and nobody else does. Between two
 * steps, such as while it watches a host, it writes nothing.
 *
 * @param before the state at an earlier time
 */
export function updatingBy(before: Checkpoint, after: Checkpoint): Updating | undefined {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  const since = after.deployment.manifest?.time ?? "just now";
  return { since, who: "the state was written while it was compared" };
}

function holderOf({ pid, username, hostname, runs }: LockHolder): string {
  const where = hostname === undefined ? "" : ` on ${hostname}`;
  return `process ${pid} of ${username}${where}${runs === undefined ? ", of which nothing is known here" : ""}`;
}
