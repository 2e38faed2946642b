import type { V1Pod } from "@kubernetes/client-node";
import { Trouble } from "../../local/say.ts";
import type { Gate } from "./gate.ts";
import { duration, waitUntil } from "./wait.ts";

/** Pods that leave a node by eviction: not those that belong to the node itself, nor those that have ended. */
export function evictable(pods: readonly V1Pod[]): V1Pod[] {
  return pods.filter(({ metadata, status }) => {
    const daemon = metadata?.ownerReferences?.some(({ kind, controller }) => kind === "DaemonSet" && controller);
    const mirror = metadata?.annotations?.["kubernetes.io/config.mirror"] !== undefined;
    return !daemon && !mirror && status?.phase !== "Succeeded" && status?.phase !== "Failed";
  });
}

/**
 * Moves the pods of a node elsewhere, as fast as their disruption budgets allow.
 *
 * @throws Trouble when they are not gone within the role's time, with the budget that forbids it
 */
export async function evictAll(gate: Gate, minutes: number): Promise<void> {
  const { clock, cluster, host, journal, say } = gate;
  const blocked = await waitUntil(
    async () => {
      const pods = evictable(await cluster.podsOn(host));
      if (pods.length === 0) return { done: true };
      const leaving = pods.filter((pod) => pod.metadata?.deletionTimestamp);
      const reasons: string[] = [];
      for (const pod of pods) {
        if (leaving.includes(pod)) continue;
        const reason = await cluster.evict(pod);
        if (reason) reasons.push(`${pod.metadata?.namespace}/${pod.metadata?.name}: ${reason}`);
      }
      return { waiting: reasons.length > 0 ? reasons.join("; ") : `${pods.length} pods to end` };
    },
    {
      ...{ clock, journal, deadline: minutes * 60_000 },
      report: (waiting, since) => say(`draining (${duration(since)} of ${minutes} min): waiting for ${waiting}`),
    },
  );
  if (!blocked) return;
  throw new Trouble(
    [
      `${host} was not drained within ${duration(minutes * 60_000)}: it waited for ${blocked}.`,
      "It is cordoned and goes on running what is left. Free those pods, or give the role more drainMinutes; then 'pulumi up' again.",
    ].join("\n"),
  );
}
