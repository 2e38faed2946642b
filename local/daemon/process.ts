import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Service, ServiceStatus } from "../service.ts";
import { Log, logFile } from "./log.ts";

/** One service: its process, the log of its output, and its way back after a crash. */
export class Process {
  readonly service: Service;
  state: ServiceStatus["state"] = "waiting";
  /** Crashes since it was last ready. */
  crashes = 0;
  /** Why it was not ready when it was last asked. */
  answer: string | undefined;
  readonly #data: string;
  #since = new Date();
  #restarts = 0;
  #reason: string | undefined;
  #child: ChildProcess | undefined;
  #log: Log | undefined;
  #again: NodeJS.Timeout | undefined;
  #lastLine = "";

  constructor(data: string, service: Service) {
    this.#data = data;
    this.service = service;
  }

  /** Seconds it has to get ready. */
  get readySeconds(): number {
    return this.service.readySeconds ?? 180;
  }

  /** How it is said that it takes too long to get ready. */
  lateness(): string {
    return `did not answer within ${this.readySeconds} s${this.answer === undefined ? "" : `: ${this.answer}`}`;
  }

  /** Starts it; from now on it is started again whenever it ends. */
  run(): void {
    const { command, directory = this.#data, environment } = this.service;
    this.#enter("starting");
    this.#log ??= new Log(logFile(this.#data, this.service.name));
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
    const log = this.#log;
    // what comes out of its pipes later is not written any more
    this.#log = undefined;
    await log?.end();
  }

  status(): ServiceStatus {
    const reason = this.#reason ?? this.#log?.trouble;
    return {
      name: this.service.name,
      state: this.state,
      kind: this.service.kind ?? "real",
      ...(this.#child?.pid === undefined ? {} : { pid: this.#child.pid }),
      restarts: this.#restarts,
      since: this.#since.toISOString(),
      ...(reason === undefined ? {} : { reason }),
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
    const late = setTimeout(() => this.#isLate(child), this.readySeconds * 1000).unref();
    while (this.#child === child && this.state !== "ready") {
      try {
        await this.service.ready?.();
        if (this.#child !== child) break;
        this.crashes = 0;
        this.#enter("ready");
      } catch (error) {
        this.answer = (error as Error).message;
        if (this.#child === child && this.state === "starting") this.#reason = this.answer;
        await sleep(200);
      }
    }
    clearTimeout(late);
  }

  /** It goes on running and being asked: it is ready as soon as it answers. */
  #isLate(child: ChildProcess): void {
    if (this.#child === child && this.state === "starting") this.#enter("failed", this.lateness());
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
