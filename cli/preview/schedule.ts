import { rolloutOrder } from "../../components/rolloutOrder.ts";
import type { PoolFacts } from "../../stacks/facts.ts";
import type { Kind } from "./changes.ts";

/** Minutes that the steps of a host take. */
export interface Spell {
  readonly drain: number;
  readonly join: number;
  readonly soak: number;
}

/** A host in the order of a roll. */
export interface Turn {
  readonly host: string;
  /** Minutes after the beginning of the roll. */
  readonly start: number;
  readonly end: number;
  /** The host that must be ready before, if that changes too. */
  readonly after?: string;
}

/** What is done to the hosts that change; hosts that are not here stay. */
export type HostKinds = ReadonlyMap<string, Kind>;

/**
 * When each host's turn is, by the same rules as the program's: within a pool each waits for the one `width` before it, the first
 * ones wait for the pool before, and new hosts wait for nobody, but for the orchestrator's servers, without which none is ready. In
 * the order in which they begin.
 */
export function schedule(pools: readonly PoolFacts[], kinds: HostKinds, spellOf: (pool: PoolFacts) => Spell): Turn[] {
  const ends = new Map<string, number>();
  const turns: Turn[] = [];
  let [before, orchestrator] = [0, 0];
  for (const pool of pools) {
    const members = pool.runs.includes("orchestrator");
    const order = rolloutOrder({
      hosts: pool.hosts.map(({ name }) => name),
      exists: (host) => kinds.get(host) !== "create",
      ...{ width: pool.rollout.width, members },
    });
    for (const { host, after, first } of order) {
      const start = Math.max(first ? before : 0, after === undefined ? 0 : (ends.get(after) ?? 0));
      const end = start + takes(kinds.get(host), spellOf(pool));
      // a new host may be made at once, and is not ready before the API is
      ends.set(host, kinds.get(host) === "create" ? Math.max(end, orchestrator + spellOf(pool).soak) : end);
      const waits = after !== undefined && kinds.has(after) ? { after } : {};
      if (kinds.has(host)) turns.push({ host, start, end: ends.get(host) ?? end, ...waits });
    }
    const last = Math.max(0, ...order.map(({ host }) => ends.get(host) ?? 0));
    before = last;
    if (members) orchestrator = last;
  }
  // the sort keeps the order of pools and names among those that begin together
  return turns.sort((a, b) => a.start - b.start);
}

function takes(kind: Kind | undefined, { drain, join, soak }: Spell): number {
  if (kind === "replace") return drain + join + soak;
  return kind === "create" ? join + soak : 0;
}
