import type { Cluster, Managed } from "./cluster.ts";
import { Managed as ManagedFields } from "./cluster.ts";
import type { Finding, Owner } from "./finding.ts";
import type { Held } from "./held.ts";

/** Programs that people use; the rest are programs that run by themselves. */
const people = /^(kubectl|k9s|lens|freelens|Mozilla|headlamp|dashboard)/i;

/** Who wrote last to an object, but for the engine and for what controllers saw. */
export function ownerOf(fields: readonly Managed[]): Owner {
  const others = fields.filter(({ manager, subresource }) => !manager.startsWith("pulumi") && subresource !== "status");
  const last = [...others].sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? -1 : 1)).at(-1);
  if (!last?.manager) return "unknown";
  return people.test(last.manager) ? "human" : "engine";
}

/**
 * The same findings, with who changed the objects of the orchestrator among them: the API keeps who wrote which fields. OpenStack
 * keeps nothing of the kind that a project may read, so there nobody is named.
 */
export async function withOwners(
  findings: readonly Finding[],
  cluster: Pick<Cluster, "read">,
  held: Held,
): Promise<Finding[]> {
  return Promise.all(
    findings.map(async (finding) => {
      const object = finding.change === "changed" ? held.written.get(finding.urn ?? "") : undefined;
      if (!object) return finding;
      const read = await cluster.read(object, object.namespace, object.name).catch(() => undefined);
      const { managedFields } = (read?.metadata ?? {}) as { readonly managedFields?: unknown };
      const fields = ManagedFields.array().safeParse(managedFields).data ?? [];
      return { ...finding, owner: ownerOf(fields) };
    }),
  );
}
