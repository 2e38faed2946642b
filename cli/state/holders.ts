import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Trouble } from "../../local/say.ts";
import type { Pulumi } from "../stack-secrets.ts";
import { filedLocks, type Lock, lockFolder, runs } from "../state-lock.ts";

/** Whoever locked a stack's state. */
export interface Holder {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly since: string;
  /** Whether that engine runs: only a process of this machine can be asked. */
  readonly life: "runs" | "gone" | "unknown";
}

/** Whose locks are looked for. */
export interface LockedStack {
  readonly stack: string;
  readonly backend: string;
  /** This machine's name. */
  readonly hostname: string;
  readonly pulumi: Pulumi;
}

/** Whether a backend keeps locks that can be looked at: one that is a store of files. */
export function keepsLocks(backend: string): boolean {
  return /^(file|s3|postgres|gs|azblob):/.test(backend);
}

/** Who holds the locks of a stack, wherever its state is. @throws Trouble where the backend does not say */
export async function holdersOf(locked: LockedStack): Promise<readonly Holder[]> {
  const folder = await lockFolder(locked);
  const locks = await (folder === undefined ? toldLocks(locked) : filedLocks(folder));
  const found = locks.map(async (lock) => {
    const { pid, username, hostname = locked.hostname, timestamp } = lock;
    const life = hostname !== locked.hostname ? "unknown" : (await runs(lock)) ? "runs" : "gone";
    return { pid, username, hostname, since: timestamp, life } as const;
  });
  return Promise.all(found);
}

/** Takes the locks away. Only for those whose engines are gone: two engines at one state spoil it. */
export async function freeAll(locked: LockedStack): Promise<void> {
  const folder = await lockFolder(locked);
  if (!folder) return void (await locked.pulumi(["cancel", "--yes", "--stack", locked.stack]));
  for (const name of await readdir(folder).catch(() => [])) await rm(join(folder, name), { force: true });
}

/**
 * Where the state is in an object store or a database, pulumi alone says who holds a lock, and only to those who want it: so the lock is
 * asked for, with a command that then does nothing. A stack cannot be renamed to a name that is taken, such as its own.
 */
async function toldLocks({ stack, backend, pulumi }: LockedStack): Promise<readonly Lock[]> {
  if (!keepsLocks(backend))
    throw new Trouble(
      `the backend of this stack keeps no locks that can be looked at; if no update of it runs, 'pulumi cancel --stack ${stack}' ends what it takes for one`,
    );
  try {
    await pulumi(["stack", "rename", stack, "--stack", stack]);
  } catch (error) {
    const { message } = error as Error;
    const locks = locksIn(message);
    if (locks.length > 0) return locks;
    if (/already exists/.test(message)) return [];
    throw error;
  }
  throw new Trouble(
    `pulumi renamed the stack ${stack} to its own name: this version of it does not say who holds a lock`,
  );
}

/** As pulumi says it: `created by ada@desk (pid 12) at 2026-11-22T12:00:00Z`. */
export function locksIn(text: string): readonly Lock[] {
  const found = text.matchAll(/: created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g);
  return [...found].map(([, username = "", hostname = "", pid, timestamp = ""]) => {
    return { username, hostname, pid: Number(pid), timestamp };
  });
}
