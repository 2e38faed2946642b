import type { Shared, Store } from "./store.ts";

/** The part of a lease after which a leader that could not renew it stops: sooner than anybody else begins. */
const stopAfter = 2 / 3;

/** What one replica has seen of the lease. Times are its own, in milliseconds: those of others cannot be trusted. */
export interface Seen {
  readonly holder: string | undefined;
  readonly renewed: string | undefined;
  /** When it saw that last change. */
  readonly at: number;
}

export interface Candidate {
  /** Its name in the lease. */
  readonly me: string;
  /** Seconds after which a lease that is not renewed is anyone's. */
  readonly leaseSeconds: number;
  /** Milliseconds, on a clock that never goes back. */
  readonly clock: () => number;
}

/** What a replica does at a look at the lease. */
export type Turn = "renew" | "take" | "wait";

/** Whose turn it is. A holder that does not renew for `leaseSeconds`, watched by us, has lost it. */
export function turnOf(
  { me, leaseSeconds }: Pick<Candidate, "me" | "leaseSeconds">,
  { holder, renewed }: Shared,
  before: Seen | undefined,
  now: number,
): [Turn, Seen] {
  const same = before && before.holder === holder && before.renewed === renewed;
  const seen = same ? before : { holder, renewed, at: now };
  if (holder === me) return ["renew", seen];
  if (!holder || now - seen.at >= leaseSeconds * 1000) return ["take", seen];
  return ["wait", seen];
}

/** One replica's part in the election. */
export class Leader {
  readonly #store: Store;
  readonly #candidate: Candidate;
  #seen: Seen | undefined;
  #renewedAt: number | undefined;
  #heardAt: number | undefined;

  constructor(store: Store, candidate: Candidate) {
    this.#store = store;
    this.#candidate = candidate;
  }

  /** Whether it may act now. */
  get leads(): boolean {
    const { clock, leaseSeconds } = this.#candidate;
    return this.#renewedAt !== undefined && clock() - this.#renewedAt < leaseSeconds * stopAfter * 1000;
  }

  /** Milliseconds since the orchestrator answered about the lease; nothing if it never did. */
  get silence(): number | undefined {
    return this.#heardAt === undefined ? undefined : this.#candidate.clock() - this.#heardAt;
  }

  /** Takes or renews the lease where that is right. @throws Error when the orchestrator does not answer */
  async campaign(): Promise<void> {
    const { me, clock } = this.#candidate;
    const begun = clock();
    const shared = await this.#store.read();
    this.#heardAt = clock();
    const [turn, seen] = turnOf(this.#candidate, shared, this.#seen, begun);
    this.#seen = seen;
    if (turn === "wait") {
      this.#renewedAt = undefined;
      return;
    }
    const written = await this.#store.write({ ...shared, holder: me, renewed: new Date().toISOString() });
    // whoever was faster may have taken the lease, or only ordered a drain: the next look tells
    if (written) this.#renewedAt = begun;
  }

  /** Gives the lease back, so that another need not wait. */
  async resign(): Promise<void> {
    this.#renewedAt = undefined;
    const { holder, renewed: _, ...rest } = await this.#store.read();
    if (holder === this.#candidate.me) await this.#store.write(rest);
  }
}
