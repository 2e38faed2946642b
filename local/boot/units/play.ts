import { explained } from "../../daemon/cure.ts";
import { killHost } from "../root/processes.ts";
import { unmetCondition } from "./conditions.ts";
import { type Mounter, playMount } from "./mount.ts";
import { orderUnits, type Step } from "./order.ts";
import { UnitError } from "./parse.ts";
import { type ServiceUnit, serviceOf } from "./service.ts";
import { type ServiceHost, Services } from "./services.ts";
import type { UnitStatus } from "./state.ts";
import { UnitStates } from "./states.ts";
import { type TimerUnit, timerOf } from "./timer.ts";
import { playTimer } from "./timers.ts";
import type { Unit } from "./unit.ts";
import { type Specifiers, specifiersOf } from "./words.ts";

/** What playing the units of one boot needs to know. */
export interface PlayedHost extends ServiceHost {
  readonly facts: { readonly hostname: string; readonly machineId: string; readonly bootId: string };
  readonly firstBoot: boolean;
  readonly mounter: Mounter;
  /** Names of programs that are played, without `.service`. */
  readonly played: readonly string[];
}

/** What a unit is read into, before anything is started. */
type Played = { readonly service: ServiceUnit } | { readonly timer: TimerUnit } | undefined;

type Outcome = "started" | "failed" | "skipped";

/** Plays systemd on one host from one boot to its end. */
export class Units {
  readonly #host: PlayedHost;
  readonly #find: (name: string) => Unit | "masked" | undefined;
  readonly #states: UnitStates;
  readonly #services: Services;
  readonly #timers = new Map<string, AbortController>();
  /** Starts that are not over: whoever starts such a unit waits for the same one. */
  readonly #starting = new Map<string, Promise<Outcome>>();
  readonly #over = new AbortController();
  readonly #boot: number;

  constructor(host: PlayedHost, find: (name: string) => Unit | "masked" | undefined) {
    this.#host = host;
    this.#find = find;
    this.#states = new UnitStates(host.played);
    this.#services = new Services(host, this.#states, this.#over.signal);
    this.#boot = this.#states.now();
  }

  /** The units of this boot that are not targets. */
  status(): UnitStatus[] {
    return this.#states.all().map((state) => this.#services.now(state));
  }

  /** Whether it is a unit of this boot. */
  has(name: string): boolean {
    return this.#states.get(name) !== undefined;
  }

  /**
   * Starts `goal` and everything it pulls in, each unit as soon as those before it were started; resolves when the last one was.
   * A failed unit takes those with it that require it; the others go on.
   *
   * Throws `UnitError`, before anything is started, for a unit that cannot be played.
   */
  async start(goal: string): Promise<void> {
    const steps = orderUnits(goal, this.#find);
    const played = new Map(steps.map(({ unit }) => [unit.name, this.#read(unit)]));
    const outcomes = new Map<string, Promise<Outcome>>();
    // each one comes after those it waits for, so their outcomes are there already
    for (const step of steps) {
      const { name } = step.unit;
      const before = step.after.flatMap((other) => outcomes.get(other) ?? []);
      const required = step.requires.map((other) => ({ name: other, outcome: outcomes.get(other) }));
      outcomes.set(
        name,
        this.#once(name, () => this.#startAfter(step, before, required, played.get(name))),
      );
    }
    await Promise.all(outcomes.values());
  }

  /** A start that is under way is everybody's. */
  #once(name: string, start: () => Promise<Outcome>): Promise<Outcome> {
    const starting = this.#starting.get(name) ?? start().finally(() => this.#starting.delete(name));
    this.#starting.set(name, starting);
    return starting;
  }

  /** Stops a timer, or a service with its `ExecStop=`. */
  async stop(name: string): Promise<void> {
    const timer = this.#timers.get(name);
    if (timer) {
      timer.abort();
      this.#timers.delete(name);
      this.#states.set(name, "inactive");
    }
    const starting = this.#starting.get(name);
    if (await this.#services.stop(name)) await starting;
  }

  /** Nothing more is started; what is under way is ended. */
  interrupt(): void {
    this.#over.abort();
  }

  /** Stops all of them, as a machine does that is switched off: last started first. */
  async end(): Promise<void> {
    this.interrupt();
    await this.#services.end();
  }

  /** Ends all of them at once, as a machine does that loses its power. */
  async lose(): Promise<void> {
    this.interrupt();
    await this.#services.lose(() => killHost(this.#host.paths));
  }

  #read({ name, kind, assignments }: Unit): Played {
    if (kind === "service") return { service: serviceOf(name, assignments, this.#specifiers(name)) };
    if (kind !== "timer") return undefined;
    const timer = timerOf(name, assignments, this.#specifiers(name));
    const triggered = this.#find(timer.unit);
    if (triggered === undefined || triggered === "masked")
      throw new UnitError(
        `${name}: it starts ${timer.unit}, which ${triggered ? "is masked" : "does not exist"} on this host`,
      );
    // what cannot be played then fails the host now, and not in the background
    for (const { unit } of orderUnits(timer.unit, this.#find)) if (unit.kind === "service") this.#read(unit);
    return { timer };
  }

  #specifiers(name: string): Specifiers {
    return specifiersOf(name, this.#host.facts);
  }

  async #startAfter(
    { unit }: Step,
    before: readonly Promise<Outcome>[],
    required: readonly { name: string; outcome: Promise<Outcome> | undefined }[],
    played: Played,
  ): Promise<Outcome> {
    if (unit.kind !== "target" && !this.has(unit.name)) this.#states.set(unit.name, "inactive");
    await Promise.all(before);
    for (const { name, outcome } of required) {
      if ((await outcome) === "failed") return this.#failed(unit.name, `it requires ${name}, which failed`);
    }
    if (this.#over.signal.aborted) return "skipped";
    if (unit.kind === "target") return "started";
    if (this.#isActive(unit.name)) return "started";
    const { paths, mounter, console, firstBoot } = this.#host;
    try {
      const unmet = unmetCondition(paths.root, unit.assignments, firstBoot);
      if (unmet) {
        this.#states.set(unit.name, "inactive", `left out: ${unmet} does not hold`);
        return "skipped";
      }
      this.#states.set(unit.name, "activating");
      if (unit.kind === "mount") await playMount(unit, paths, mounter, this.#over.signal);
      else if (played && "timer" in played) this.#startTimer(played.timer);
      else if (played) await this.#services.start(played.service);
      if (!this.#over.signal.aborted && this.#states.get(unit.name)?.state === "activating")
        this.#states.set(unit.name, "active");
      // it may have failed before and been started again
      if (console.reason?.startsWith(`${unit.name} failed: `)) console.recover();
      return "started";
    } catch (error) {
      if (this.#over.signal.aborted) return "skipped";
      return this.#failed(unit.name, error instanceof UnitError ? error.message : explained(error));
    }
  }

  #isActive(name: string): boolean {
    return this.status().some((one) => one.name === name && one.state === "active");
  }

  /** Starts again and again what it names: each time with all that this pulls in, as anybody's start does. */
  #startTimer(timer: TimerUnit): void {
    const end = new AbortController();
    this.#timers.set(timer.name, end);
    const { unit: name } = timer;
    const states = this.#states;
    const triggered = {
      isDown: () => states.isDown(name),
      now: () => states.now(),
      times: () => ({ boot: this.#boot, ...states.history(name) }),
      // its files may be others by now
      start: () => this.start(name).catch((error: Error) => this.#giveUp(timer, end, error)),
      change: (seconds: number, signal: AbortSignal) => states.change(name, seconds, signal),
    };
    void playTimer(timer, triggered, AbortSignal.any([this.#over.signal, end.signal]));
  }

  /** What cannot even be begun would not be the next time. */
  #giveUp(timer: TimerUnit, end: AbortController, { message }: Error): void {
    if (this.#over.signal.aborted || end.signal.aborted) return;
    end.abort();
    this.#timers.delete(timer.name);
    this.#failed(timer.name, message);
  }

  #failed(name: string, reason: string): Outcome {
    this.#states.set(name, "failed", reason);
    this.#host.console.fail("systemd", `${name} failed: ${reason}`);
    return "failed";
  }
}
