import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { explained } from "../../daemon/cure.ts";
import type { Supervisor } from "../../service.ts";
import { type Ended, run } from "../command.ts";
import type { Console } from "../console.ts";
import { insideHost } from "../root/enter.ts";
import type { HostPaths } from "../root/paths.ts";
import { killHost } from "../root/processes.ts";
import { unmetCondition } from "./conditions.ts";
import { type Mounter, playMount } from "./mount.ts";
import { orderUnits, type Step } from "./order.ts";
import { UnitError } from "./parse.ts";
import { renderStart, renderStop } from "./script.ts";
import { type ServiceUnit, serviceOf } from "./service.ts";
import type { UnitStatus } from "./state.ts";
import type { Unit } from "./unit.ts";
import { specifiersOf } from "./words.ts";

/** What playing the units of one boot needs to know. */
export interface PlayedHost {
  /** Prefix of its services: the host's name. */
  readonly label: string;
  readonly paths: HostPaths;
  readonly netns: string;
  readonly console: Console;
  readonly supervisor: Supervisor;
  readonly facts: { readonly hostname: string; readonly machineId: string; readonly bootId: string };
  readonly firstBoot: boolean;
  readonly mounter: Mounter;
  /** Names of programs that are played, without `.service`. */
  readonly played: readonly string[];
}

type Outcome = "started" | "failed" | "skipped";

/** Plays systemd on one host from one boot to its end. */
export class Units {
  readonly #host: PlayedHost;
  readonly #find: (name: string) => Unit | "masked" | undefined;
  readonly #states = new Map<string, UnitStatus>();
  readonly #kept = new Map<string, { service: string; unit: ServiceUnit }>();
  readonly #over = new AbortController();

  constructor(host: PlayedHost, find: (name: string) => Unit | "masked" | undefined) {
    this.#host = host;
    this.#find = find;
  }

  /** The units of this boot that are not targets. */
  status(): UnitStatus[] {
    const services = this.#host.supervisor.status();
    return [...this.#states.values()].map((state): UnitStatus => {
      const kept = this.#kept.get(state.name);
      const now = kept && services.find(({ name }) => name === kept.service);
      if (!now) return state;
      const shown = { ready: "active", starting: "activating", waiting: "activating", failed: "failed" } as const;
      return {
        name: state.name,
        kind: state.kind,
        state: now.state === "stopped" ? "inactive" : shown[now.state],
        ...(now.reason && { reason: now.reason }),
      };
    });
  }

  /** Whether it is a unit of this boot. */
  has(name: string): boolean {
    return this.#states.has(name);
  }

  /**
   * Starts `goal` and everything it pulls in, each unit as soon as those before it were started; resolves when the last one was.
   * A failed unit takes those with it that require it; the others go on.
   *
   * Throws `UnitError`, before anything is started, for a unit that cannot be played.
   */
  async start(goal: string): Promise<void> {
    const steps = orderUnits(goal, this.#find);
    const services = new Map(
      steps.flatMap(({ unit }) => (unit.kind === "service" ? [[unit.name, this.#read(unit)] as const] : [])),
    );
    const outcomes = new Map<string, Promise<Outcome>>();
    // each one comes after those it waits for, so their outcomes are there already
    for (const step of steps) {
      const before = step.after.flatMap((name) => outcomes.get(name) ?? []);
      const required = step.requires.map((name) => ({ name, outcome: outcomes.get(name) }));
      outcomes.set(step.unit.name, this.#startAfter(step, before, required, services.get(step.unit.name)));
    }
    await Promise.all(outcomes.values());
  }

  /** Stops one unit, with its `ExecStop=`. */
  async stop(name: string): Promise<void> {
    const kept = this.#kept.get(name);
    if (!kept) return;
    const script = renderStop(kept.unit);
    const pid = this.#host.supervisor.status().find((one) => one.name === kept.service)?.pid;
    if (script && pid !== undefined) {
      const command = await this.#inside(`${name}.stop`, script, [`MAINPID=${pid}`]);
      await run(command, { seconds: kept.unit.stopSeconds, onOutput: this.#host.console.writer(name) });
    }
    await this.#host.supervisor.stop([kept.service]);
    this.#kept.delete(name);
    this.#set(name, "inactive");
  }

  /** Nothing more is started; what is under way is ended. */
  interrupt(): void {
    this.#over.abort();
  }

  /** Stops all of them, as a machine does that is switched off: last started first. */
  async end(): Promise<void> {
    this.interrupt();
    for (const name of [...this.#kept.keys()].reverse()) await this.stop(name);
  }

  /** Ends all of them at once, as a machine does that loses its power. */
  async lose(): Promise<void> {
    this.interrupt();
    const { supervisor, paths } = this.#host;
    // each is told to stop before the first is gone, so that none is started again
    const stopped = [...this.#kept.values()].map(({ service }) => supervisor.stop([service]));
    await killHost(paths);
    await Promise.all(stopped);
    for (const name of this.#kept.keys()) this.#set(name, "inactive");
    this.#kept.clear();
  }

  #read(unit: Unit): ServiceUnit {
    return serviceOf(unit.name, unit.assignments, specifiersOf(unit.name, this.#host.facts));
  }

  async #startAfter(
    { unit }: Step,
    before: readonly Promise<Outcome>[],
    required: readonly { name: string; outcome: Promise<Outcome> | undefined }[],
    service: ServiceUnit | undefined,
  ): Promise<Outcome> {
    if (unit.kind !== "target" && !this.#states.has(unit.name)) this.#set(unit.name, "inactive");
    await Promise.all(before);
    for (const { name, outcome } of required) {
      if ((await outcome) === "failed") return this.#failed(unit, `it requires ${name}, which failed`);
    }
    if (this.#over.signal.aborted) return "skipped";
    if (unit.kind === "target") return "started";
    if (this.#isActive(unit.name)) return "started";
    try {
      const unmet = unmetCondition(this.#host.paths.root, unit.assignments, this.#host.firstBoot);
      if (unmet) {
        this.#set(unit.name, "inactive", `left out: ${unmet} does not hold`);
        return "skipped";
      }
      this.#set(unit.name, "activating");
      if (unit.kind === "mount") await playMount(unit, this.#host.paths, this.#host.mounter, this.#over.signal);
      else if (service) await this.#startService(service);
      if (!this.#over.signal.aborted && this.#states.get(unit.name)?.state === "activating")
        this.#set(unit.name, "active");
      // it may have failed before and been started again by hand
      if (this.#host.console.reason?.startsWith(`${unit.name} failed: `)) this.#host.console.recover();
      return "started";
    } catch (error) {
      if (this.#over.signal.aborted) return "skipped";
      return this.#failed(unit, error instanceof UnitError ? error.message : explained(error));
    }
  }

  #isActive(name: string): boolean {
    return this.status().some((one) => one.name === name && one.state === "active");
  }

  async #startService(unit: ServiceUnit): Promise<void> {
    const command = await this.#inside(`${unit.name}.start`, renderStart(unit));
    if (unit.type === "oneshot") return this.#runOnce(unit, command);
    if (unit.restart === "no") return this.#runUnkept(unit, command);
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
          kind: this.#kind(unit.name),
        },
      ])
      .catch((error: Error) => this.#host.console.say(unit.name, error.message));
  }

  async #runOnce(unit: ServiceUnit, command: readonly [string, ...string[]]): Promise<void> {
    for (;;) {
      const ended = await this.#run(unit, command, unit.startSeconds);
      if (ended.code === 0) break;
      if (unit.restart === "no" || this.#over.signal.aborted) throw new UnitError(howItEnded(ended, unit));
      this.#set(unit.name, "activating", howItEnded(ended, unit));
      await sleep(unit.restartSeconds * 1000, undefined, { signal: this.#over.signal });
    }
    this.#set(unit.name, unit.remains ? "active" : "inactive");
  }

  /** Without Restart=, it runs once and nobody waits for its end. */
  #runUnkept(unit: ServiceUnit, command: readonly [string, ...string[]]): void {
    void this.#run(unit, command, Number.POSITIVE_INFINITY).then((ended) => {
      if (this.#over.signal.aborted) return;
      if (ended.code === 0) this.#set(unit.name, unit.remains ? "active" : "inactive");
      else this.#set(unit.name, "failed", howItEnded(ended, unit));
    });
  }

  #run(unit: ServiceUnit, command: readonly [string, ...string[]], seconds: number): Promise<Ended> {
    const onOutput = this.#host.console.writer(unit.name.replace(/\.service$/, ""));
    return run(command, { seconds, signal: this.#over.signal, onOutput });
  }

  async #inside(name: string, script: string, environment: string[] = []): Promise<readonly [string, ...string[]]> {
    const { paths, netns } = this.#host;
    const file = `/run/estate/units/${name}`;
    await mkdir(join(paths.root, "run/estate/units"), { recursive: true });
    await writeFile(join(paths.root, file), script, { mode: 0o700 });
    return insideHost(paths, netns, ["/bin/sh", file], environment);
  }

  #failed(unit: Unit, reason: string): Outcome {
    this.#set(unit.name, "failed", reason);
    this.#host.console.fail("systemd", `${unit.name} failed: ${reason}`);
    return "failed";
  }

  #set(name: string, state: UnitStatus["state"], reason?: string): void {
    this.#states.set(name, { name, state, kind: this.#kind(name), ...(reason && { reason }) });
  }

  #kind(name: string): UnitStatus["kind"] {
    // k3s-agent.service runs k3s too
    return this.#host.played.some((program) => name.split(/[.-]/)[0] === program) ? "played" : "real";
  }
}

function howItEnded({ code, lastLine, timedOut }: Ended, { startSeconds }: ServiceUnit): string {
  if (timedOut) return `it was not done after ${startSeconds} s`;
  return `${code === null ? "it was killed" : `it ended with status ${code}`}${lastLine ? `: ${lastLine}` : ""}`;
}
