import { UnitError } from "./parse.ts";
import type { Unit } from "./unit.ts";

/** A unit that is to be started, and what it waits for. */
export interface Step {
  readonly unit: Unit;
  /** Units of the same transaction that must have been started, or have failed, before. */
  readonly after: readonly string[];
  /** Units without which it does not start. */
  readonly requires: readonly string[];
}

/**
 * What starting `goal` starts, in an order in which every unit comes after those it waits for.
 * `find` gives a unit, nothing for one that does not exist, `"masked"` for one that must not run.
 *
 * A wanted unit that is missing or masked is left out; a required one that is missing is an error.
 * Throws `UnitError` for that and for units that wait for each other in a circle.
 */
export function orderUnits(goal: string, find: (name: string) => Unit | "masked" | undefined): Step[] {
  const units = reachable(goal, find);
  const after = new Map([...units.keys()].map((name) => [name, new Set<string>()]));
  for (const unit of units.values()) {
    for (const other of unit.after) if (units.has(other)) after.get(unit.name)?.add(other);
    for (const other of unit.before) after.get(other)?.add(unit.name);
  }
  addTargetDefaults(units, after);
  return sorted([...units.keys()], after).flatMap((name) => {
    const unit = units.get(name);
    if (!unit) return [];
    return { unit, after: [...(after.get(name) ?? [])], requires: unit.requires.filter((other) => units.has(other)) };
  });
}

function reachable(goal: string, find: (name: string) => Unit | "masked" | undefined): Map<string, Unit> {
  const units = new Map<string, Unit>();
  const queue: { name: string; by?: string; required: boolean }[] = [{ name: goal, required: true }];
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (units.has(next.name)) continue;
    const unit = find(next.name);
    if (unit === undefined || unit === "masked") {
      // targets and slices without a file of their own stand for nothing that could be missing here
      if (next.required && !/\.(target|slice|device)$/.test(next.name))
        throw new UnitError(
          `${next.by ? `${next.by}: it requires ${next.name}, which` : next.name} ${unit === "masked" ? "is masked" : "does not exist on this host"}`,
        );
      continue;
    }
    units.set(unit.name, unit);
    for (const name of unit.wants) queue.push({ name, by: unit.name, required: false });
    for (const name of unit.requires) queue.push({ name, by: unit.name, required: true });
  }
  return units;
}

/** A target is reached after what it pulls in, unless that asks to come after the target. */
function addTargetDefaults(units: ReadonlyMap<string, Unit>, after: ReadonlyMap<string, Set<string>>): void {
  for (const target of units.values()) {
    if (target.kind !== "target") continue;
    for (const name of [...target.wants, ...target.requires]) {
      if (units.has(name) && !after.get(name)?.has(target.name)) after.get(target.name)?.add(name);
    }
  }
}

function sorted(names: readonly string[], after: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done: string[] = [];
  const open: string[] = [];
  const visit = (name: string): void => {
    if (done.includes(name)) return;
    if (open.includes(name)) {
      const circle = [...open.slice(open.indexOf(name)), name];
      throw new UnitError(`${name}: these units wait for each other in a circle: ${circle.join(" after ")}`);
    }
    open.push(name);
    for (const other of after.get(name) ?? []) visit(other);
    open.pop();
    done.push(name);
  };
  for (const name of names) visit(name);
  return done;
}
