import type { GroupMap } from "./estate-map.ts";
import { byRole } from "./order.ts";
import { present, type State, text } from "./state.ts";

/** The security groups by their ids: first that of every host, then those of the roles. */
export function findGroups(state: State): ReadonlyMap<string, GroupMap> {
  const found = present(state, "networking/secGroup:SecGroup").map(({ id, name, parent, values }) => {
    const key = name.slice(parent.length + 1);
    const kind = key === "hosts" ? ("hosts" as const) : ("role" as const);
    return [id, { name: key, title: text(values.name), kind }] as const;
  });
  const rank = ({ kind }: GroupMap) => (kind === "hosts" ? 0 : 1);
  return new Map(found.sort(([, a], [, b]) => rank(a) - rank(b) || byRole(a.name, b.name)));
}

/** The estate's name: what all groups' names in the cloud begin with. */
export function estateName(groups: ReadonlyMap<string, GroupMap>): string {
  const [first] = groups.values();
  return first ? first.title.slice(0, -first.name.length - 1) : "";
}
