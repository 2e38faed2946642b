import { byText } from "../map/order.ts";
import type { Step } from "../up/step.ts";

/** What becomes of a resource in all. */
export type Kind = "replace" | "delete" | "update" | "create";

/** A resource that changes. */
export interface Change {
  readonly kind: Kind;
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** Whether a provider has it; components are only names for groups. */
  readonly managed: boolean;
  /** Whether what goes was protected until now. */
  readonly protected: boolean;
  readonly changed: readonly string[];
  /** Those of them that replace it. */
  readonly replacing: readonly string[];
  readonly role?: string;
}

const anew: readonly string[] = ["replace", "create-replacement", "import-replacement", "read-replacement"];
const gone: readonly string[] = ["delete", "delete-replaced", "discard", "discard-replaced"];
const altered: readonly string[] = ["update", "protect", "unprotect"];
const made: readonly string[] = ["create", "import"];

/** What the steps come to, one change a resource: by name, then by type. Looks are none. */
export function changesOf(steps: readonly Step[]): Change[] {
  const byUrn = new Map<string, Step[]>();
  for (const step of steps) byUrn.set(step.urn, [...(byUrn.get(step.urn) ?? []), step]);
  const changes = [...byUrn.values()].flatMap((own) => changeOf(own) ?? []);
  return changes.sort((a, b) => byText(a.name, b.name) || byText(a.type, b.type) || byText(a.urn, b.urn));
}

function changeOf(steps: readonly Step[]): Change | undefined {
  const [first] = steps;
  const kind = kindOf(steps.map(({ op }) => op));
  if (!first || !kind) return undefined;
  const { type, name, urn } = first;
  const role = steps.find((step) => step.role)?.role;
  const protection = steps.some(({ op }) => op === "protect" || op === "unprotect") ? ["protect"] : [];
  return {
    ...{ kind, type, name, urn, managed: steps.some(({ managed }) => managed) },
    protected: steps.some((step) => step.protected),
    changed: unique([...protection, ...steps.flatMap(({ changed }) => changed)]),
    replacing: kind === "replace" ? unique(steps.flatMap(({ replacing }) => replacing)) : [],
    ...(role === undefined ? {} : { role }),
  };
}

function kindOf(ops: readonly string[]): Kind | undefined {
  const has = (list: readonly string[]) => ops.some((op) => list.includes(op));
  if (has(anew)) return "replace";
  // also what an earlier update has replaced and left behind
  if (has(gone)) return "delete";
  if (has(altered)) return "update";
  return has(made) ? "create" : undefined;
}

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)].sort(byText);
}
