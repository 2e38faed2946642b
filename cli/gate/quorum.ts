import type { V1Node } from "@kubernetes/client-node";
import { isMember, isReady } from "./node.ts";

/** What taking a server out of the datastore means for the rest of it. */
export type Verdict =
  /** The others keep a majority among themselves. */
  | { readonly kind: "safe" }
  /** Nobody would be left: it stays a member, and goes with its server. */
  | { readonly kind: "last" }
  /** The others would have no majority; the text says why. */
  | { readonly kind: "unsafe"; readonly reason: string };

/** Judges the removal of a member, from the nodes there are. A member that is not Ready does not vote. */
export function judgeRemoval(host: string, nodes: readonly V1Node[]): Verdict {
  const others = nodes.filter((node) => isMember(node) && node.metadata?.name !== host);
  if (others.length === 0) return { kind: "last" };
  const lost = others.filter((node) => !isReady(node)).map((node) => node.metadata?.name);
  const healthy = others.length - lost.length;
  if (healthy > others.length / 2) return { kind: "safe" };
  const reason = `only ${healthy} of the ${others.length} other members of etcd are Ready (not ${lost.join(", ")})`;
  return { kind: "unsafe", reason };
}
