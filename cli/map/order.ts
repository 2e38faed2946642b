import { workloads } from "../../stacks/schema/workload.ts";

/** The same order on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Roles in the order in which they are built, as far as their names tell what they run; then by name. */
export function byRole(a: string, b: string): number {
  const names: readonly string[] = workloads;
  const turn = (role: string) => (names.includes(role) ? names.indexOf(role) : names.length);
  return turn(a) - turn(b) || byText(a, b);
}

/** The values, each once and in order. */
export function unique(values: readonly string[], order = byText): string[] {
  return [...new Set(values)].sort(order);
}
