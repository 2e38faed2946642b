/** The seeds begin here; another number makes other estates. A failure names its seed, which alone makes it again. */
const first = Number(process.env.ESTATE_TEST_SEED ?? 1);

export interface Sample<Value> {
  readonly seed: number;
  readonly value: Value;
}

/** So many samples, each made from a seed of its own. */
export function samples<Value>(count: number, make: (seed: number) => Value): readonly Sample<Value>[] {
  return Array.from({ length: count }, (_, index) => withSeed(first + index, make));
}

/** Whether it holds of all of them. */
export function ofEach<Value>(all: readonly Sample<Value>[], check: (value: Value) => void): void {
  for (const { seed, value } of all) withSeed(seed, () => check(value));
}

function withSeed<Value>(seed: number, run: (seed: number) => Value): { seed: number; value: Value } {
  try {
    return { seed, value: run(seed) };
  } catch (error) {
    if (error instanceof Error) error.message = `ESTATE_TEST_SEED=${seed} makes it again: ${error.message}`;
    throw error;
  }
}
