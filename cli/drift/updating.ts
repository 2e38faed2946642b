import { readJournal } from "../journal/journal.ts";
import { rolloutStatus } from "../journal/status.ts";
import { type LockHolder, readLocks } from "../state-lock.ts";
import type { Updating } from "./report.ts";

/** What is known of an update that may run. */
export interface Activity {
  readonly updating?: Updating;
  /** A lock that a killed engine left: what it is, and what frees it. */
  readonly stale?: string;
}

/**
 * Whether an update of the stack runs: by the lock on its state, where that is in a folder, else by the journal that gates and
 * `estate up` keep in this clone. Nothing is locked and nothing is freed.
 */
export async function activityOf(
  stack: string,
  { PULUMI_BACKEND_URL: backend }: NodeJS.ProcessEnv,
  hostname: string,
  now = new Date(),
): Promise<Activity> {
  const locks = await readLocks({ stack, backend, hostname });
  const alive = locks.find(({ runs }) => runs !== false);
  if (alive) return { updating: { since: alive.since, who: holderOf(alive) } };
  const [dead] = locks;
  if (dead)
    return {
      stale: `the state is locked since ${dead.since} by ${holderOf(dead)}, which is gone: 'estate up' frees the lock`,
    };
  // where locks can be seen, there would be one
  if (backend?.startsWith("file://")) return {};
  const { result, startedAt = "" } = rolloutStatus(await readJournal(stack), now);
  return result === "running" ? { updating: { since: startedAt, who: "as the journal of this clone says" } } : {};
}

function holderOf({ pid, username, hostname, runs }: LockHolder): string {
  const where = hostname === undefined ? "" : ` on ${hostname}`;
  return `process ${pid} of ${username}${where}${runs === undefined ? ", of which nothing is known here" : ""}`;
}
