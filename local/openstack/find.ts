import type { OpenStack } from "../openstack-client/client.ts";

/** Anything of OpenStack, as far as one must know it here. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** The one of keystone's things of that kind with the name that `wanted` has; made as `wanted` says when there is none. */
export async function findOrMake(
  admin: OpenStack,
  kind: "project" | "role" | "user" | "service",
  wanted: Readonly<Record<string, unknown>> & { readonly name: string },
): Promise<Named> {
  const path = `/v3/${kind}s`;
  const [found] = await admin.list<Named>("identity", path, `${kind}s`, { query: { name: wanted.name } });
  if (found) return found;
  const made = await admin.request<Record<string, Named>>("POST", "identity", path, { body: { [kind]: wanted } });
  const { [kind]: result } = made;
  if (!result) throw new Error(`keystone answered without the ${kind} it made`);
  return result;
}
