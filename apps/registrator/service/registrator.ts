import { act } from "./act.ts";
import type { Declared } from "./declared.ts";
import type { Drain } from "./drain-record.ts";
import { each, observe } from "./observe.ts";
import type { Memory, Observed, Sight } from "./observed.ts";
import { reconcile } from "./reconcile.ts";
import type { Scalelite } from "./scalelite.ts";
import { describe } from "./step.ts";
import { changeShared, type Store } from "./store.ts";
import type { Verdict } from "./verdict.ts";

/** What one replica is made of; tests give it a world of their own. */
export interface Parts {
  /** Reads what is declared, anew at each look. @throws Error when it is wrong */
  readonly declared: () => Promise<Declared>;
  readonly store: Store;
  /** The replica's own name, as it is in the lease. */
  readonly me: string;
  /** Whether it may act now. Asked before every step. */
  readonly leads: () => boolean;
  readonly scalelite: (declared: Declared) => Scalelite;
  readonly sights: (declared: Declared) => Promise<ReadonlyMap<string, Sight>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** One line of its log. */
  readonly say: (line: string) => void;
}

/** What a look found. */
export interface Look {
  readonly declared: Declared;
  readonly observed: Observed;
  readonly verdicts: readonly Verdict[];
}

/** Servers on one side, Scalelite on the other: every replica looks, and the one that leads acts. */
export class Registrator {
  readonly #parts: Parts;
  #memory: Memory = new Map();
  #last: Declared | undefined;
  #conditions = new Map<string, string>();
  /** The last look that succeeded. */
  look: Look | undefined;
  /** What is wrong now, with the declared state or with a look; nothing if all is well. */
  trouble: string | undefined;
  /** How often a step was done or failed, by `<step> <done|failed>`. */
  readonly counts = new Map<string, number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** One look, and what follows from it. Gives whether something was done, so that another look is worth it at once. */
  async pass(): Promise<boolean> {
    try {
      const declared = await this.#declared();
      const look = await this.#see(declared);
      this.look = look;
      this.#tell(look);
      if (!this.#parts.leads() || declared.dryRun) return false;
      return await this.#act(look);
    } catch (error) {
      this.#troubled((error as Error).message);
      return false;
    }
  }

  /** What is wrong is said once. A state that is wrong is not acted upon: the last one that was right stands. */
  async #declared(): Promise<Declared> {
    const read = await this.#parts.declared().catch((error: Error) => error);
    if (!(read instanceof Error)) {
      this.#last = read;
      this.trouble = undefined;
      return read;
    }
    if (!this.#last) throw read;
    this.#troubled(`${read.message}; the one before stands`);
    return this.#last;
  }

  #troubled(message: string): void {
    if (message !== this.trouble) this.#parts.say(message);
    this.trouble = message;
  }

  async #see(declared: Declared): Promise<Look> {
    const { store, now, scalelite, sights } = this.#parts;
    const { drains } = await store.read();
    const sources = { scalelite: scalelite(declared), sights: () => sights(declared), now };
    const observed = await observe(declared, drains, this.#memory, sources);
    this.#memory = observed.memory;
    return { declared, observed, verdicts: reconcile(declared, observed) };
  }

  #tell({ verdicts }: Look): void {
    for (const { server, condition, reason } of verdicts) {
      if (this.#conditions.get(server) !== condition) this.#parts.say(`${server} is ${condition}: ${reason}`);
      this.#conditions.set(server, condition);
    }
  }

  async #act({ declared, observed, verdicts }: Look): Promise<boolean> {
    const scalelite = this.#parts.scalelite(declared);
    const done = await each(verdicts, async (verdict) => {
      const subject = observed.subjects.find(({ name }) => name === verdict.server);
      if (!subject) return undefined;
      for (const step of verdict.steps) {
        if (!this.#parts.leads()) return undefined;
        const words = describe(step);
        try {
          const more = await act(step, subject, declared, scalelite);
          this.#count(step.do, "done");
          this.#parts.say(more ? `${words}: ${more}` : words);
        } catch (error) {
          this.#count(step.do, "failed");
          this.#parts.say(`failed to ${words}: ${(error as Error).message}`);
          return undefined;
        }
      }
      return verdict;
    });
    const finished = done.flatMap((verdict) => verdict ?? []);
    await this.#keep(observed, finished);
    return finished.some(({ steps, drain }) => steps.length > 0 || drain !== undefined);
  }

  #count(step: string, result: "done" | "failed"): void {
    const name = `${step} ${result}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** Writes down how far drains are; unless they were changed, or another leads by now. */
  async #keep({ subjects }: Observed, verdicts: readonly Verdict[]): Promise<void> {
    const changes = verdicts.filter(({ drain, forget }) => drain ?? forget);
    const before = new Map(subjects.map(({ name, drain }) => [name, drain]));
    if (!changes.some(({ server }) => before.get(server))) return;
    await changeShared(this.#parts.store, (shared) => {
      if (shared.holder !== this.#parts.me) return undefined;
      const drains = new Map(shared.drains);
      for (const { server, drain, forget } of changes) {
        const now = drains.get(server);
        if (!now || !sameRun(now, before.get(server))) continue;
        if (forget) drains.delete(server);
        else if (drain) drains.set(server, { ...drain, order: now.order });
      }
      return { ...shared, drains };
    });
  }
}

function sameRun(now: Drain, before: Drain | undefined): boolean {
  return before?.order.machine === now.order.machine && before.phase === now.phase && before.since === now.since;
}
