import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { RotatingFileStream } from "rotating-file-stream";
import type { Service, ServiceStatus } from "../service.ts";
import { openLog } from "./log.ts";

/** One service: its process, the log of its output, and its way back after a crash. */
export class Process {
  readonly service: Service;
  state: ServiceStatus["state"] = "waiting";
  /** Crashes since it was last ready. */
  crashes = 0;
  readonly #data: string;
  #since = new Date();
  #restarts = 0;
  #reason: string | undefined;
  #child: ChildProcess | undefined;
  #log: RotatingFileStream | undefined;
  #again: NodeJS.Timeout | undefined;
  #lastLine = "";

  constructor(data: string, service: Service) {
    this.#data = data;
    this.service = service;
  }

  /** Starts it; from now on it is started again whenever it ends. */
  run(): void {
    const { command, directory = this.#data, environment } = this.service;
    this.#enter("starting");
    this.#log ??= openLog(this.#data, this.service.name);
    const [program, ...args] = command;
    // a group of its own: a stop reaches the children it made, too
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...process.env, ...environment },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => this.#write(chunk));
    child.once("error", (error) => this.#ended(child, error.message));
    child.once("exit", (code, signal) =>
      this.#ended(child, signal ? `killed by ${signal}` : `ended with status ${code}`),
    );
    void this.#untilReady(child);
  }

  /** Ends it, and everything it started. */
  async stop(): Promise<void> {
    clearTimeout(this.#again);
    this.#enter("stopped");
    const child = this.#child;
    this.#child = undefined;
    if (child) await end(child, this.service.stopSignal ?? "SIGTERM", (this.service.stopSeconds ?? 5) * 1000);
    this.#log?.end();
    this.#log = undefined;
  }

  status(): ServiceStatus {
    return {
      name: this.service.name,
      state: this.state,
      kind: this.service.kind ?? "real",
      ...(this.#child?.pid === undefined ? {} : { pid: this.#child.pid }),
      restarts: this.#restarts,
      since: this.#since.toISOString(),
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
    };
  }

  #enter(state: ServiceStatus["state"], reason?: string): void {
    this.state = state;
    this.#since = new Date();
    this.#reason = reason;
  }

  #write(chunk: Buffer): void {
    this.#lastLine = chunk.toString("utf8").trimEnd().split("\n").at(-1) ?? this.#lastLine;
    this.#log?.write(chunk);
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    while (this.#child === child && this.state === "starting") {
      const error = await this.service.ready?.().then(
        () => undefined,
        (error: Error) => error,
      );
      if (this.#child !== child || this.state !== "starting") return;
      if (!error) {
        this.crashes = 0;
        return this.#enter("ready");
      }
      this.#reason = error.message;
      await sleep(200);
    }
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    // what it started and left behind would hold its ports
    signalGroup(child, "SIGKILL");
    this.crashes += 1;
    this.#restarts += 1;
    this.#enter("failed", `${how}: ${this.#lastLine}`);
    this.#log?.write(`-- ${new Date().toISOString()} ${how}; it is started again\n`);
    const seconds = Math.min((this.service.restartSeconds ?? 0.5) * 2 ** (this.crashes - 1), 30);
    this.#again = setTimeout(() => this.run(), seconds * 1000);
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals, milliseconds: number): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  if (child.exitCode !== null || child.signalCode !== null) return signalGroup(child, "SIGKILL");
  signalGroup(child, signal);
  const slow = new AbortController();
  await Promise.race([gone, sleep(milliseconds, undefined, { signal: slow.signal }).catch(() => undefined)]);
  slow.abort();
  signalGroup(child, "SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await gone;
}
