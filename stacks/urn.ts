/** What a URN says of a resource: `urn:pulumi:stack::project::parents$type::name`. */
export interface UrnParts {
  /** Its own type, without those of its parents. */
  readonly type: string;
  /** Its logical name, which may have `::` in it. */
  readonly name: string;
}

export function urnParts(urn: string): UrnParts {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}
