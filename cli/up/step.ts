import type { StepEventMetadata } from "@pulumi/pulumi/automation/events.js";
import { urnParts } from "../../stacks/urn.ts";

/** The type of a host's server. */
export const server = "openstack:compute/instance:Instance";

/** A step of the engine. Of values it holds none, secret or not: only where they are. */
export interface Step {
  readonly moment: "begins" | "ends" | "fails";
  /** `create`, `delete-replaced` and the like; `protect` and `unprotect` where nothing else changes. */
  readonly op: string;
  readonly type: string;
  /** Logical name of the resource. */
  readonly name: string;
  readonly urn: string;
  /** Whether a provider has it; components are only names for groups. */
  readonly managed: boolean;
  /** Whether it was protected until now. */
  readonly protected: boolean;
  /** Paths of what changes, sorted. */
  readonly changed: readonly string[];
  /** Those of them that replace it. */
  readonly replacing: readonly string[];
  /** Of a server: its role, as its metadata says. */
  readonly role?: string;
}

/** Default providers come and go with plugins: the engine does not show them either, nor its own book-keeping. */
export function isShown({ op, type, urn }: StepEventMetadata): boolean {
  if ((op as string) === "remove-pending-replace") return false;
  return !(type.startsWith("pulumi:providers:") && urnParts(urn).name.startsWith("default"));
}

export function stepOf(metadata: StepEventMetadata, moment: Step["moment"]): Step {
  const { type, urn, old, new: next, keys } = metadata;
  const detailed = Object.entries(metadata.detailedDiff ?? {});
  const replacing = detailed.filter(([, { diffKind }]) => diffKind.endsWith("-replace")).map(([path]) => path);
  const role = type === server ? roleIn(old?.inputs) : undefined;
  return {
    ...{ moment, op: opOf(metadata), type, urn, name: urnParts(urn).name },
    ...{ managed: (old ?? next)?.custom ?? false, protected: old?.protect ?? false },
    // a provider without a detailed difference says the names alone
    changed: paths(detailed.length > 0 ? detailed.map(([path]) => path) : metadata.diffs),
    replacing: paths(replacing.length > 0 ? replacing : keys),
    ...(role === undefined ? {} : { role }),
  };
}

/** To protect a resource, or no longer, is the engine's `same`. */
function opOf({ op, old, new: next }: StepEventMetadata): string {
  if (op !== "same" || !old || !next || Boolean(old.protect) === Boolean(next.protect)) return op;
  return next.protect ? "protect" : "unprotect";
}

function paths(list: readonly string[] | undefined): readonly string[] {
  return [...new Set(list)].filter((path) => !path.startsWith("__")).sort();
}

function roleIn(inputs: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const metadata = inputs?.metadata;
  const role =
    typeof metadata === "object" && metadata !== null
      ? (metadata as Readonly<Record<string, unknown>>).role
      : undefined;
  return typeof role === "string" && /^[a-z][a-z0-9-]*$/.test(role) ? role : undefined;
}
