import { createHmac, randomBytes } from "node:crypto";

export interface LimitRules {
  /** Requests a minute of one caller, and of all together. */
  readonly perCaller: number;
  readonly inAll: number;
}

const minute = 60_000;

/**
 * How often one caller, and all together, may come in a minute. Callers are kept for that minute, and only as a hash whose key is made
 * at the start and never leaves the process: no address of a person is stored.
 */
export class Limit {
  readonly #rules: LimitRules;
  readonly #key = randomBytes(32);
  #from = Number.NEGATIVE_INFINITY;
  #all = 0;
  #callers = new Map<string, number>();

  constructor(rules: LimitRules) {
    this.#rules = rules;
  }

  /** 0 if the caller may come, else the seconds until the next minute begins. */
  wait(caller: string, now: number): number {
    if (now - this.#from >= minute || now < this.#from) {
      this.#from = now;
      this.#all = 0;
      this.#callers = new Map();
    }
    const hash = createHmac("sha256", this.#key).update(caller).digest("base64url");
    const count = (this.#callers.get(hash) ?? 0) + 1;
    if (count > this.#rules.perCaller || this.#all >= this.#rules.inAll)
      return Math.max(1, Math.ceil((this.#from + minute - now) / 1000));
    this.#callers.set(hash, count);
    this.#all += 1;
    return 0;
  }
}
