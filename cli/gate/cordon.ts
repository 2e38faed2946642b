import type { V1Node } from "@kubernetes/client-node";
import { type Cluster, cordonMark } from "./cluster.ts";
import type { Gate } from "./gate.ts";
import { insist } from "./wait.ts";

/** No pod comes to the host any more. A host that an operator has cordoned stays theirs to open. @throws Trouble */
export async function cordonHost(gate: Gate): Promise<void> {
  const { cluster, host } = gate;
  await insist(gate, "cordoned", async () => {
    const node = await cluster.node(host);
    const theirs = node?.spec?.unschedulable === true && !isMarked(node);
    await cluster.cordon(host, !theirs);
  });
}

/** Pods come to the host again, if it was a gate that closed it and its node is not going. Gives whether it was. */
export async function uncordonHost(cluster: Pick<Cluster, "node" | "uncordon">, host: string): Promise<boolean> {
  const node = await cluster.node(host);
  if (!node || !isMarked(node) || node.metadata?.deletionTimestamp) return false;
  await cluster.uncordon(host);
  return true;
}

/** Whether a gate has cordoned it. */
export function isMarked({ metadata }: V1Node): boolean {
  return metadata?.annotations?.[cordonMark] !== undefined;
}
