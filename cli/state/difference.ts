import { urnParts } from "../../stacks/urn.ts";
import type { Checkpoint, Recorded } from "../interrupted.ts";

/** What another state says of a stack. It holds names, ids and the names of properties, and no values. */
export interface Difference {
  /** In the state now, and not in the other: then nobody manages it, and the cloud keeps it. */
  readonly forgotten: readonly Named[];
  /** In the other alone: then it is managed again, if it is still there. */
  readonly returning: readonly Named[];
  /** In both, as two different things: what was replaced since. */
  readonly exchanged: readonly (Named & { readonly idThen: string })[];
  /** In both, the same thing, with other properties. */
  readonly changed: readonly (Named & { readonly properties: readonly string[] })[];
}

interface Named {
  readonly type: string;
  readonly name: string;
  readonly id?: string;
}

/** What would be different if `then` took the place of `now`. Components are not told: they are no things. */
export function differenceOf(now: Checkpoint, then: Checkpoint): Difference {
  const [present, past] = [byKey(now), byKey(then)];
  const both = [...present].flatMap(([key, one]) => {
    const other = past.get(key);
    return other ? [{ one, other }] : [];
  });
  return {
    forgotten: [...present].flatMap(([key, one]) => (past.has(key) ? [] : [named(one)])),
    returning: [...past].flatMap(([key, one]) => (present.has(key) ? [] : [named(one)])),
    exchanged: both.flatMap(({ one, other }) =>
      one.id === other.id ? [] : [{ ...named(one), idThen: other.id ?? "none" }],
    ),
    changed: both.flatMap(({ one, other }) => {
      const properties = one.id === other.id ? propertiesOf(one, other) : [];
      return properties.length > 0 ? [{ ...named(one), properties }] : [];
    }),
  };
}

/** Whether nothing is different. */
export function isNone({ forgotten, returning, exchanged, changed }: Difference): boolean {
  return forgotten.length + returning.length + exchanged.length + changed.length === 0;
}

/** For people. */
export function differenceText({ forgotten, returning, exchanged, changed }: Difference): string {
  const idOf = ({ id }: Named) => (id ? ` (${id})` : "");
  const part = <One extends Named>(title: string, all: readonly One[], more: (one: One) => string) =>
    all.length === 0 ? [] : [`${title} (${all.length}):`, ...all.map((one) => `  ${one.type} ${one.name}${more(one)}`)];
  return [
    ...part("Forgotten: in the cloud perhaps, and then managed by nobody", forgotten, idOf),
    ...part("Managed again, if the cloud has them still", returning, idOf),
    ...part("Another than now", exchanged, ({ id, idThen }) => `: ${idThen} instead of ${id ?? "none"}`),
    ...part("Other properties", changed, ({ properties }) => `: ${properties.join(", ")}`),
  ].join("\n");
}

/** What is to be deleted has the URN of what takes its place. */
function byKey({ deployment }: Checkpoint): Map<string, Recorded> {
  const things = (deployment.resources ?? []).filter(({ id, type }) => id !== undefined && !type.startsWith("pulumi:"));
  return new Map(things.map((one) => [`${one.urn} ${one.delete ? `deleted ${one.id}` : ""}`, one]));
}

function named({ urn, type, id }: Recorded): Named {
  return { type, name: urnParts(urn).name, ...(id ? { id } : {}) };
}

function propertiesOf(one: Recorded, other: Recorded): string[] {
  return (["inputs", "outputs"] as const).flatMap((kind) => {
    const keys = new Set([...Object.keys(one[kind] ?? {}), ...Object.keys(other[kind] ?? {})]);
    return [...keys]
      .filter((key) => sorted(one[kind]?.[key]) !== sorted(other[kind]?.[key]))
      .sort()
      .map((key) => `${kind}.${key}`);
  });
}

/** As JSON, whatever the order of keys. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
