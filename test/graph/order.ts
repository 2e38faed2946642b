import type { Registered } from "./record.ts";

/** As a resource is named in dependencies: `<type>::<name>`. */
export const nameOf = ({ type, name }: Registered) => `${type}::${name}`;

/** What the engine makes a resource after: what it depends on or is made from, and the component it is in. */
export function edgesOf({ dependsOn, from, parent }: Registered): string[] {
  return [...new Set([...dependsOn, ...Object.values(from).flat(), ...(parent ? [parent] : [])])];
}

/**
 * All that the engine makes before `later`, when these are made, and deletes after it, when these are deleted.
 *
 * Of what it deletes, the engine looks at edges among that alone: give only those, and an edge through a resource that stays
 * counts for nothing, as it does there.
 *
 * @throws Error when `later` is none of these
 */
export function reached(nodes: readonly Registered[], later: string): ReadonlySet<string> {
  const byName = new Map(nodes.map((node) => [nameOf(node), node]));
  if (!byName.has(later)) throw new Error(`no ${later}`);
  const seen = new Set<string>();
  const open = [later];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = byName.get(name);
    for (const edge of node ? edgesOf(node) : [])
      if (byName.has(edge) && !seen.has(edge)) {
        seen.add(edge);
        open.push(edge);
      }
  }
  return seen;
}
