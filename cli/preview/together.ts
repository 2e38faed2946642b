import type { PoolFacts } from "../../stacks/facts.ts";
import { type Step, server } from "../up/step.ts";

/** How many hosts of a pool would be out of service at the same time. */
export interface Together {
  readonly role: string;
  readonly width: number;
  readonly atOnce: number;
  /** Every host of the pool that is replaced. */
  readonly hosts: readonly string[];
}

/**
 * Reads from the order of a preview's events whether the hosts of a pool wait for each other. A program registers nothing before
 * what it depends on has ended, in a preview as well: so the steps of a host that waits begin after the gate before it has ended.
 * A host is away from the first step of its server until its `-ready` gate is there anew. One whose server is gone already, after
 * a killed update, takes nothing more away.
 */
export function togetherOf(steps: readonly Step[], pools: readonly PoolFacts[]): Together[] {
  return pools.flatMap(({ role, rollout, hosts }) => {
    const own = new Set(hosts.map(({ name }) => name));
    const replaced = steps.filter(({ type, op, name }) => type === server && op === "delete-replaced" && own.has(name));
    const names = [...new Set(replaced.map(({ name }) => name))].sort();
    return names.length === 0 ? [] : [{ role, width: rollout.width, atOnce: peak(steps, names), hosts: names }];
  });
}

const goes: readonly string[] = ["delete-replaced", "replace", "create-replacement"];

function peak(steps: readonly Step[], names: readonly string[]): number {
  const gates = new Map(names.map((name) => [`${name}-ready`, name]));
  const [waiting, away] = [new Set(names), new Set<string>()];
  let most = 0;
  for (const { moment, op, type, name } of steps) {
    if (moment === "begins" && type === server && goes.includes(op) && waiting.delete(name)) away.add(name);
    most = Math.max(most, away.size);
    const ready = gates.get(name);
    // its old gate goes first of all
    if (moment === "ends" && ready !== undefined && op !== "delete-replaced") away.delete(ready);
  }
  return most;
}
