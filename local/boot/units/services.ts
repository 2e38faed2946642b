import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Supervisor } from "../../service.ts";
import { type Ended, run } from "../command.ts";
import type { Console } from "../console.ts";
import { insideHost } from "../root/enter.ts";
import type { HostPaths } from "../root/paths.ts";
import { UnitError } from "./parse.ts";
import { renderStart, renderStop } from "./script.ts";
import type { ServiceUnit } from "./service.ts";
import type { UnitStatus } from "./state.ts";
import type { UnitStates } from "./states.ts";

/** What running the services of one boot needs to know of the host. */
export interface ServiceHost {
  /** Prefix of its services: the host's name. */
  readonly label: string;
  readonly paths: HostPaths;
  readonly netns: string;
  readonly console: Console;
  readonly supervisor: Supervisor;
}

/** Runs the services of one boot: those with `Restart=` by the supervisor, others as programs that run once. */
export class Services {
  readonly #host: ServiceHost;
  readonly #states: UnitStates;
  /** The host is switched off. */
  readonly #over: AbortSignal;
  readonly #kept = new Map<string, { service: string; unit: ServiceUnit }>();
  /** What ends the programs that run once. */
  readonly #once = new Map<string, AbortController>();

  constructor(host: ServiceHost, states: UnitStates, over: AbortSignal) {
    this.#host = host;
    this.#states = states;
    this.#over = over;
  }

  /** The state of a unit as it is now: of a service of the supervisor, that knows it. */
  now(state: UnitStatus): UnitStatus {
    const kept = this.#kept.get(state.name);
    const now = kept && this.#host.supervisor.status().find(({ name }) => name === kept.service);
    if (!now) return state;
    const shown = { ready: "active", starting: "activating", waiting: "activating", failed: "failed" } as const;
    return {
      name: state.name,
      kind: state.kind,
      state: now.state === "stopped" ? "inactive" : shown[now.state],
      ...(now.reason && { reason: now.reason }),
    };
  }

  /** Starts it; a oneshot has ended then. Throws `UnitError` when that failed. */
  async start(unit: ServiceUnit): Promise<void> {
    const command = await this.#inside(`${unit.name}.start`, renderStart(unit));
    if (unit.type !== "oneshot" && unit.restart !== "no") return this.#keep(unit, command);
    const end = new AbortController();
    this.#once.set(unit.name, end);
    const signal = AbortSignal.any([this.#over, end.signal]);
    if (unit.type === "oneshot") await this.#runOnce(unit, command, signal);
    else this.#runUnkept(unit, command, signal);
  }

  /** Stops it, with its `ExecStop=` if the supervisor keeps it. Returns whether a program that runs once was ended. */
  async stop(name: string): Promise<boolean> {
    const once = this.#once.get(name);
    if (once) {
      once.abort();
      this.#once.delete(name);
      if (this.#states.isDown(name)) return false;
      this.#states.set(name, "inactive");
      return true;
    }
    const kept = this.#kept.get(name);
    if (!kept) return false;
    const script = renderStop(kept.unit);
    const pid = this.#host.supervisor.status().find((one) => one.name === kept.service)?.pid;
    if (script && pid !== undefined) {
      const command = await this.#inside(`${name}.stop`, script, [`MAINPID=${pid}`]);
      await run(command, { seconds: kept.unit.stopSeconds, onOutput: this.#host.console.writer(name) });
    }
    await this.#host.supervisor.stop([kept.service]);
    this.#kept.delete(name);
    this.#states.set(name, "inactive");
    return false;
  }

  /** Stops those that the supervisor keeps, last started first; others have ended with the boot. */
  async end(): Promise<void> {
    for (const name of [...this.#kept.keys()].reverse()) await this.stop(name);
  }

  /** Ends all of them at once, when `kill` kills every process of the host. */
  async lose(kill: () => Promise<void>): Promise<void> {
    // each is told to stop before the first is gone, so that none is started again
    const stopped = [...this.#kept.values()].map(({ service }) => this.#host.supervisor.stop([service]));
    await kill();
    await Promise.all(stopped);
    for (const name of this.#kept.keys()) this.#states.set(name, "inactive");
    this.#kept.clear();
  }

  async #keep(unit: ServiceUnit, command: readonly [string, ...string[]]): Promise<void> {
    const service = `${this.#host.label}/${unit.name.replace(/\.service$/, "")}`;
    this.#kept.set(unit.name, { service, unit });
    // nova waits for no machine much longer
    const stopSeconds = Math.min(unit.stopSeconds, 10);
    // it is kept from now on; whether it stays up is for `status` to tell
    await this.#host.supervisor
      .start([
        {
          name: service,
          command,
          stopSignal: unit.stopSignal,
          stopSeconds,
          restartSeconds: unit.restartSeconds,
          kind: this.#states.kind(unit.name),
        },
      ])
      .catch((error: Error) => this.#host.console.say(unit.name, error.message));
  }

  async #runOnce(unit: ServiceUnit, command: readonly [string, ...string[]], signal: AbortSignal): Promise<void> {
    for (;;) {
      const ended = await this.#run(unit, command, { seconds: unit.startSeconds, signal });
      // who ended it says what state it has
      if (signal.aborted && !this.#over.aborted) return;
      if (ended.code === 0) break;
      if (unit.restart === "no" || this.#over.aborted) throw new UnitError(howItEnded(ended, unit));
      this.#states.set(unit.name, "activating", howItEnded(ended, unit));
      await sleep(unit.restartSeconds * 1000, undefined, { signal }).catch(() => undefined);
    }
    this.#states.set(unit.name, unit.remains ? "active" : "inactive");
  }

  /** Without Restart=, it runs once and nobody waits for its end. */
  #runUnkept(unit: ServiceUnit, command: readonly [string, ...string[]], signal: AbortSignal): void {
    void this.#run(unit, command, { signal }).then((ended) => {
      if (signal.aborted) return;
      if (ended.code === 0) this.#states.set(unit.name, unit.remains ? "active" : "inactive");
      else this.#states.set(unit.name, "failed", howItEnded(ended, unit));
    });
  }

  #run(
    unit: ServiceUnit,
    command: readonly [string, ...string[]],
    options: { readonly seconds?: number; readonly signal: AbortSignal },
  ): Promise<Ended> {
    const onOutput = this.#host.console.writer(unit.name.replace(/\.service$/, ""));
    return run(command, { ...options, onOutput });
  }

  async #inside(name: string, script: string, environment: string[] = []): Promise<readonly [string, ...string[]]> {
    const { paths, netns } = this.#host;
    const file = `/run/estate/units/${name}`;
    await mkdir(join(paths.root, "run/estate/units"), { recursive: true });
    await writeFile(join(paths.root, file), script, { mode: 0o700 });
    return insideHost(paths, netns, ["/bin/sh", file], environment);
  }
}

function howItEnded({ code, lastLine, timedOut }: Ended, { startSeconds }: ServiceUnit): string {
  if (timedOut) return `it was not done after ${startSeconds} s`;
  return `${code === null ? "it was killed" : `it ended with status ${code}`}${lastLine ? `: ${lastLine}` : ""}`;
}
