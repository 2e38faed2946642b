/** Numbers that look random, and are the same again for the same seed. */
export interface Random {
  /** A whole number, both ends included. */
  whole(from: number, to: number): number;
  /** True so often, from 0 to 1. */
  chance(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** So many of them at the most, at least `least`, in another order. */
  some<Item>(items: readonly Item[], least?: number): Item[];
}

export function randomOf(seed: number): Random {
  const next = mulberry32(seed);
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <Item>(items: readonly Item[]) => {
    if (items.length === 0) throw new Error("nothing to pick from");
    return items[whole(0, items.length - 1)] as Item;
  };
  const some = <Item>(items: readonly Item[], least = 0) => {
    const turns = items.map((item) => ({ item, turn: next() })).sort((a, b) => a.turn - b.turn);
    return turns.slice(0, whole(least, items.length)).map(({ item }) => item);
  };
  return { whole, pick, some, chance: (share) => next() < share };
}

/** At least one entry, by some of the names. */
export function entries<Value>(random: Random, names: readonly string[], make: (index: number) => Value) {
  const chosen = random.some(names, 1);
  return Object.fromEntries(chosen.map((name) => [name, make(names.indexOf(name))])) as Record<string, Value>;
}

/** What may be left out is there half of the time. */
export function maybe<Part extends object>(random: Random, part: Part): Part | Record<never, never> {
  return random.chance(0.5) ? part : {};
}

/** Tommy Ettinger's generator of 32 bits. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
