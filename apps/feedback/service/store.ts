import type { Answer } from "./answer.ts";

/** Where answers are kept. */
export interface Store {
  /** Resolves when it is kept. @throws what went wrong; then it is not */
  add(answer: Answer): Promise<void>;
  /** Those that can be had again, the oldest first. */
  all(): Promise<readonly Answer[]>;
}

/**
 * Keeps answers in the log: a line of JSON each, for whatever collects the logs of pods. The newest can be exported from here, as long
 * as the process lives; older ones, and those of other replicas, are in the collected logs.
 */
export class LogStore implements Store {
  readonly #write: (line: string) => Promise<void>;
  readonly #held: number;
  #newest: Answer[] = [];

  constructor(write: (line: string) => Promise<void>, held = 10_000) {
    this.#write = write;
    this.#held = held;
  }

  async add(answer: Answer): Promise<void> {
    await this.#write(`${JSON.stringify({ event: "feedback", ...answer })}\n`);
    this.#newest.push(answer);
    // not at each answer: that would copy all of them
    if (this.#newest.length >= 2 * this.#held) this.#newest = this.#newest.slice(-this.#held);
  }

  async all(): Promise<readonly Answer[]> {
    return this.#newest.slice(-this.#held);
  }
}
