import { spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { addresses } from "../addresses.ts";
import type { Place } from "../place.ts";
import { Trouble } from "../say.ts";

/** A daemon that runs, as this process sees it. */
export interface Daemon {
  /** Process 1 of its namespaces. */
  readonly pid: number;
  /** Clock ticks from boot to its start: a process with the same number and another start is another process. */
  readonly started: string;
}

const root = process.getuid?.() === 0;

/** Whether this process runs inside the namespaces of this place, as commands of `estate local shell` and `exec` do. */
export function isInside(here: Place): boolean {
  return process.env.ESTATE_INSIDE === here.id;
}

/** The daemon of this place, or nothing if none runs. */
export async function runningDaemon(here: Place): Promise<Daemon | undefined> {
  const text = await readFile(recordOf(here), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const daemon = JSON.parse(text) as Daemon;
  return startOf(daemon.pid) === daemon.started ? daemon : undefined;
}

/** Starts the daemon in namespaces of its own, and returns as soon as it exists; it is not ready yet. */
export async function launchDaemon(here: Place): Promise<Daemon> {
  await mkdir(join(here.data, "logs"), { recursive: true, mode: 0o700 });
  await rm(join(here.data, "failure.txt"), { force: true });
  const log = openSync(join(here.data, "logs", "daemon.log"), "a", 0o600);
  const names = ["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"];
  const child = spawn(
    "unshare",
    [
      ...(root ? [] : ["--user", "--map-root-user", "--map-auto"]),
      ...names,
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
      env: { ...process.env, ESTATE_DATA: here.data, ESTATE_CACHE: here.cache },
    },
  );
  const ended = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Trouble(namespacesFailed(here))));
  });
  const daemon = await Promise.race([ended, firstChild(child.pid ?? 0)]);
  child.removeAllListeners();
  child.unref();
  await writeFile(recordOf(here), JSON.stringify(daemon), { mode: 0o600 });
  return daemon;
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

function recordOf(here: Place): string {
  return join(here.data, "daemon.json");
}

/** Field 22 of /proc/PID/stat; the name before it may hold spaces, so it is counted from the last parenthesis. A zombie is gone. */
function startOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

async function firstChild(parent: number): Promise<Daemon> {
  for (;;) {
    const pid = Number(
      (await readFile(`/proc/${parent}/task/${parent}/children`, "utf8").catch(() => "")).split(" ")[0],
    );
    const started = pid > 0 ? startOf(pid) : undefined;
    if (started !== undefined) return { pid, started };
    await sleep(10);
  }
}

function namespacesFailed(here: Place): string {
  const log = join(here.data, "logs", "daemon.log");
  return root
    ? `the namespaces of the local stack could not be made; the end of ${log} says why`
    : `the namespaces of the local stack could not be made without root. Install the package uidmap, give this user a range of ids in /etc/subuid and /etc/subgid, or run the command as root. See ${log}`;
}
