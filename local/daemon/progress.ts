import { EventEmitter } from "node:events";

export interface ProgressState {
  readonly state: "starting" | "running" | "failed";
  /** What it does now, or did last. */
  readonly step: string;
  /** Why it failed. */
  readonly error?: string;
}

/** How far the daemon is; watched by `estate local up`. */
export class Progress extends EventEmitter<{ change: [ProgressState] }> {
  #state: ProgressState = { state: "starting", step: "starting" };

  get state(): ProgressState {
    return this.#state;
  }

  say(step: string): void {
    this.#set({ ...this.#state, step });
  }

  /** What has failed stays so, even if what was under way comes to its end. */
  finish(): void {
    if (this.#state.state !== "failed") this.#set({ state: "running", step: "running" });
  }

  fail(error: string): void {
    this.#set({ state: "failed", step: this.#state.step, error });
  }

  #set(state: ProgressState): void {
    this.#state = state;
    this.emit("change", state);
  }
}
