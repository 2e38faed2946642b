import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { project } from "../local/place.ts";
import { type Say, Trouble } from "../local/say.ts";

/** As every backend that is a store of files writes it. */
export interface Lock {
  readonly pid: number;
  readonly username: string;
  readonly hostname?: string;
  readonly timestamp: string;
}

/** Whose locks may be freed, and what to do about those that may not. */
export interface LockTerms {
  readonly stack: string;
  /** As PULUMI_BACKEND_URL names it. Only a folder has locks that can be seen. */
  readonly backend: string | undefined;
  /** This machine's name; a lock of another is not judged. @default every lock is of this machine */
  readonly hostname?: string;
  /** Where the engine still runs (its terminal may be gone): wait for its end, or refuse. */
  readonly whileItRuns: "wait" | "refuse";
  /** How to run a command where that engine runs. @default here */
  readonly prefix?: string;
  readonly say: Say;
}

/**
 * Frees the locks that killed engines left on a stack's state, and says whose they were: the lock names a process, and where no
 * `pulumi` with that number runs, its owner is dead.
 *
 * @throws Trouble when an update still runs, or a lock is another machine's
 */
export async function freeLocks(terms: LockTerms): Promise<void> {
  const folder = await lockFolder(terms);
  if (!folder) return;
  for (const name of await lockNames(folder)) await freeLock(join(folder, name), terms);
}

/** Who holds the lock of a state. */
export interface LockHolder {
  readonly pid: number;
  readonly username: string;
  readonly hostname?: string;
  readonly since: string;
  /** Whether it still runs; of another machine's process nobody here knows. */
  readonly runs: boolean | undefined;
}

/** The locks on a stack's state, as they are: none is taken or freed. Only a folder has locks that can be seen. */
export async function readLocks(terms: Pick<LockTerms, "stack" | "backend" | "hostname">): Promise<LockHolder[]> {
  const folder = await lockFolder(terms);
  const locks = folder ? await filedLocks(folder) : [];
  return Promise.all(
    locks.map(async (lock) => {
      const { pid, username, hostname, timestamp: since } = lock;
      const elsewhere = terms.hostname !== undefined && hostname !== undefined && hostname !== terms.hostname;
      const holder = { pid, username, ...(hostname === undefined ? {} : { hostname }), since };
      return { ...holder, runs: elsewhere ? undefined : await runs(lock) };
    }),
  );
}

/** The locks in a folder, those that ended meanwhile left out. */
export async function filedLocks(folder: string): Promise<readonly Lock[]> {
  const locks = (await lockNames(folder)).map((name) => readLock(join(folder, name)));
  return (await Promise.all(locks)).filter((lock) => lock !== undefined);
}

/** The file backend keeps attributes beside, and takes both away one after the other. */
async function lockNames(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
}

async function freeLock(file: string, { stack, hostname, whileItRuns, prefix = "", say }: LockTerms): Promise<void> {
  const lock = await readLock(file);
  if (!lock) return;
  const { pid, username, timestamp } = lock;
  if (hostname && lock.hostname && lock.hostname !== hostname)
    throw new Trouble(
      `the state of stack ${stack} is locked since ${timestamp} by process ${pid} of ${username} on ${lock.hostname}. If no update runs there, 'pulumi cancel --stack ${stack}' frees it.`,
    );
  if (await runs(lock)) {
    const running = `an update of stack ${stack} still runs, since ${timestamp} (process ${pid} of ${username})`;
    const stop = `To stop it in good order: ${prefix}kill -INT ${pid}`;
    if (whileItRuns === "refuse") throw new Trouble(`${running}; 'estate rollout status' shows it. ${stop}`);
    say(`${running[0]?.toUpperCase()}${running.slice(1)}; waiting for its end. ${stop}`);
    while (await runs(lock)) await sleep(500);
  }
  if (!existsSync(file)) return;
  say(
    `The state of stack ${stack} was locked at ${timestamp} by process ${pid} of ${username}, which is gone; the lock is freed.`,
  );
  await rm(file, { force: true });
}

/** Where the file backend keeps the locks of a stack; nothing where the state is not in a folder. */
export async function lockFolder({
  backend,
  stack,
}: Pick<LockTerms, "backend" | "stack">): Promise<string | undefined> {
  if (!backend?.startsWith("file://")) return undefined;
  const path = backend.slice("file://".length).split("?", 1)[0] ?? "";
  const folder = path.startsWith("~") ? join(homedir(), path.slice(1)) : resolve(project, path);
  const { name } = parse(await readFile(join(project, "Pulumi.yaml"), "utf8")) as { readonly name: string };
  return join(folder, ".pulumi", "locks", "organization", name, stack);
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

/** Where /proc does not say what a process is, any process of that number is taken for it. */
export async function runs({ pid }: Pick<Lock, "pid">): Promise<boolean> {
  try {
    if (pid <= 0) return false;
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => undefined);
  return name === undefined ? !existsSync("/proc/self/comm") : name.startsWith("pulumi");
}
