import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { noPulumi } from "../operator-pulumi.ts";
import { EventLog } from "./events.ts";

/** A run of the engine: `pulumi up` or `preview`, without a terminal. */
export interface Run {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Where pulumi's own output goes. */
  readonly log: string;
  /** Called every second, and once at the end. */
  readonly watch?: (events: EventLog) => Promise<void>;
}

/** What came of it. */
export interface Ran {
  readonly succeeded: boolean;
  /** Whether an operator stopped it. */
  readonly stopped: boolean;
  readonly events: EventLog;
}

/**
 * Runs the engine, and follows its events. It is the command line, and not the Automation API: that selects the stack for whoever
 * works in this clone, reads the output through a pipe that breaks with us, and leaves the engine in our group, where Ctrl-C reaches it.
 *
 * The engine gets a session of its own: Ctrl-C then reaches us alone, and is passed on once. A second one would make it drop what is
 * under way. If this program is killed, the engine goes on to a good end.
 *
 * @throws Trouble when there is no pulumi
 */
export async function runEngine({ command, environment = {}, log, watch }: Run): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), "estate-up-"));
  const events = new EventLog(join(folder, "events"));
  await mkdir(dirname(log), { recursive: true, mode: 0o700 });
  // a file, and no pipe: the engine may outlive us
  const output = openSync(log, "w", 0o600);
  const flags = ["--non-interactive", "--color=never", "--event-log", join(folder, "events")];
  const child = spawn("pulumi", [...command, ...flags], {
    ...{ cwd: project, detached: true, stdio: ["ignore", output, output] },
    // the flag for the event log is for those who ask for it so
    env: { ...process.env, ...environment, PULUMI_DEBUG_COMMANDS: "true" },
  });
  closeSync(output);
  let stopped = false;
  const stop = () => {
    if (!stopped) child.kill("SIGINT");
    stopped = true;
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    let exitCode: number | undefined;
    const end = ended(child).then((code) => {
      exitCode = code;
    });
    while (exitCode === undefined) {
      await Promise.race([end, sleep(1000)]);
      await events.read();
      await watch?.(events);
    }
    return { succeeded: exitCode === 0, stopped, events };
  } finally {
    for (const signal of signals) process.off(signal, stop);
    await rm(folder, { recursive: true, force: true });
  }
}

/** The exit code; 1 when a signal ended it. @throws Trouble when there is no pulumi */
async function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", () => reject(new Trouble(noPulumi)));
    child.once("close", (code) => resolve(code ?? 1));
  });
}
