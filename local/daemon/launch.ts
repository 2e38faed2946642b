import { spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { addresses } from "../addresses.ts";
import { ownEnvironment } from "../own-environment.ts";
import type { Place } from "../place.ts";
import { Trouble } from "../say.ts";

/** A process that runs, as this one sees it. */
export interface Daemon {
  readonly pid: number;
  /** Clock ticks from boot to its start: a process with the same number and another start is another process. */
  readonly started: string;
}

const root = process.getuid?.() === 0;

/** What `unshare` needs to give a user who is not root ids of hosts and services. */
const users = root ? [] : ["--user", "--map-root-user", "--map-auto"];

/** What `unshare` needs for namespaces that end with everything in them when it is killed. */
export const namespaces = [
  ...users,
  ...["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"],
];

/** Whether this process runs inside the namespaces of this place, as commands of `estate local shell` and `exec` do. */
export function isInside(here: Place): boolean {
  return process.env.ESTATE_INSIDE === here.id;
}

/** The daemon of this place, or nothing if none runs. */
export async function runningDaemon(here: Place): Promise<Daemon | undefined> {
  const record = await readFile(recordOf(here), "utf8").catch(() => undefined);
  const launcher = record === undefined ? undefined : parseStat(record);
  return launcher && firstChild(launcher);
}

/** Starts the daemon in namespaces of its own, and returns as soon as it exists; it is not ready yet. */
export async function launchDaemon(here: Place): Promise<Daemon> {
  await mkdir(join(here.data, "logs"), { recursive: true, mode: 0o700 });
  const log = openSync(join(here.data, "logs", "daemon.log"), "a", 0o600);
  const child = spawn(
    "sh",
    [
      // the launcher writes down who it is before it becomes unshare: if this process is killed now, nothing is lost
      "-c",
      '(umask 077; cat /proc/$$/stat >"$0.new") && mv "$0.new" "$0" && exec unshare "$@"',
      recordOf(here),
      ...namespaces,
      "sh",
      join(import.meta.dirname, "start.sh"),
      process.execPath,
      join(import.meta.dirname, "main.ts"),
      addresses.dns,
      addresses.api,
      addresses.dns,
      addresses.mirror,
    ],
    {
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...ownEnvironment(), ESTATE_DATA: here.data, ESTATE_CACHE: here.cache },
    },
  );
  const ended = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Trouble(namespacesFailed(here))));
  });
  const daemon = await Promise.race([ended, appears(here)]);
  child.removeAllListeners();
  child.unref();
  return daemon;
}

async function appears(here: Place): Promise<Daemon> {
  for (;;) {
    const daemon = await runningDaemon(here);
    if (daemon) return daemon;
    await sleep(10);
  }
}

/** Ends the daemon with everything in its namespaces, and waits until it is gone. */
export async function killDaemon(here: Place, daemon: Daemon): Promise<void> {
  if (startOf(daemon.pid) === daemon.started) process.kill(daemon.pid, "SIGKILL");
  while (startOf(daemon.pid) === daemon.started) await sleep(50);
  await rm(recordOf(here), { force: true });
}

/** The arguments of `nsenter` that put a command inside, in a working directory. */
export function enterArguments(daemon: Daemon, directory: string): string[] {
  return [
    `--target=${daemon.pid}`,
    ...(root ? [] : ["--user", "--preserve-credentials"]),
    "--mount",
    "--net",
    "--pid",
    "--ipc",
    "--uts",
    `--wdns=${directory}`,
  ];
}

/** Deletes the data of a stack that does not run. Files of its hosts may be of ids that only a user namespace has. */
export async function removeData(here: Place): Promise<void> {
  if (root) return rm(here.data, { recursive: true, force: true });
  await execa("unshare", [...users, "rm", "-rf", here.data]);
}

function recordOf(here: Place): string {
  return join(here.data, "daemon.stat");
}

/** Of a line of /proc/PID/stat; the name in it may hold spaces, so fields are counted from the last parenthesis. A zombie is gone. */
export function parseStat(line: string): Daemon | undefined {
  const fields = line.replace(/^.*\) /s, "").split(" ");
  return fields[0] === "Z" ? undefined : { pid: Number.parseInt(line, 10), started: fields[19] ?? "" };
}

function startOf(pid: number): string | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"))?.started;
  } catch {
    return undefined;
  }
}

/**
 * Process 1 of the namespaces that this launcher made, as soon as it is there; nothing when the launcher is gone. It may have
 * other children before: those that map the ids of a user who is not root.
 */
async function firstChild(launcher: Daemon): Promise<Daemon | undefined> {
  while (startOf(launcher.pid) === launcher.started) {
    const children = `/proc/${launcher.pid}/task/${launcher.pid}/children`;
    const pids = (await readFile(children, "utf8").catch(() => "")).split(" ").filter(Boolean).map(Number);
    for (const pid of pids) {
      const started = (await isFirst(pid)) ? startOf(pid) : undefined;
      if (started !== undefined) return { pid, started };
    }
    await sleep(10);
  }
  return undefined;
}

/** Whether a process is number 1 of a namespace of its own. */
async function isFirst(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return /^NSpid:(\s+\d+)+\s+1$/m.test(status);
}

function namespacesFailed(here: Place): string {
  const log = join(here.data, "logs", "daemon.log");
  return root
    ? `the namespaces of the local stack could not be made; the end of ${log} says why`
    : `the namespaces of the local stack could not be made without root. Install the package uidmap, give this user a range of ids in /etc/subuid and /etc/subgid, or run the command as root. See ${log}`;
}
