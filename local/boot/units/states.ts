import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { UnitStatus } from "./state.ts";

/** When a unit last began to start, and when it last ended, in seconds of `now`. */
interface History {
  readonly started?: number;
  readonly ended?: number;
}

/** The states of the units of one boot, when they changed, and who waits for that. */
export class UnitStates {
  readonly #played: readonly string[];
  readonly #all = new Map<string, UnitStatus>();
  readonly #history = new Map<string, History>();
  readonly #changes = new EventEmitter().setMaxListeners(0);

  /** @param played names of programs that are played, without `.service` */
  constructor(played: readonly string[]) {
    this.#played = played;
  }

  all(): UnitStatus[] {
    return [...this.#all.values()];
  }

  get(name: string): UnitStatus | undefined {
    return this.#all.get(name);
  }

  set(name: string, state: UnitStatus["state"], reason?: string): void {
    const before = this.isDown(name);
    this.#all.set(name, { name, state, kind: this.kind(name), ...(reason && { reason }) });
    const after = this.isDown(name);
    if (before !== after) this.#history.set(name, { ...this.history(name), [after ? "ended" : "started"]: this.now() });
    this.#changes.emit(name);
  }

  kind(name: string): UnitStatus["kind"] {
    // k3s-agent.service runs k3s too
    return this.#played.some((program) => name.split(/[.-]/)[0] === program) ? "played" : "real";
  }

  /** Neither active nor on its way there. */
  isDown(name: string): boolean {
    const { state = "inactive" } = this.get(name) ?? {};
    return state === "inactive" || state === "failed";
  }

  history(name: string): History {
    return this.#history.get(name) ?? {};
  }

  /** Seconds of a clock that only goes forward. */
  now(): number {
    return performance.now() / 1000;
  }

  /** Resolves when the unit's state was set, or after so many seconds; also when the signal is aborted. */
  async change(name: string, seconds: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = { signal: AbortSignal.any([signal, over.signal]) };
    const ways = [once(this.#changes, name, either), sleep(seconds * 1000, undefined, either)];
    await Promise.race(ways).catch(() => undefined);
    over.abort();
    await Promise.allSettled(ways);
  }
}
