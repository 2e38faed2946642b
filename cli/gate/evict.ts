import type { V1Pod } from "@kubernetes/client-node";
import { Trouble } from "../../local/say.ts";
import type { Rollout } from "../../stacks/schema/role.ts";
import type { Gate } from "./gate.ts";
import { isReady } from "./node.ts";
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
 * Moves the pods of a node elsewhere, as fast as their disruption budgets allow. What is left after the role's time is what its
 * document says: `abort` leaves the host as it is, `wait` waits for ever, `force` ends those pods against their budgets.
 *
 * @throws Trouble when they are not gone in time and are not to be forced, with the budget that forbids it
 */
export async function evictAll(gate: Gate, { drainMinutes, afterDrainMinutes }: Rollout): Promise<void> {
  const limit = drainMinutes * 60_000;
  const { clock, host, journal, say } = gate;
  const blocked = await waitUntil(() => evictOnce(gate), {
    ...{ clock, journal, deadline: afterDrainMinutes === "wait" ? Number.POSITIVE_INFINITY : limit },
    report: (waiting, since) => {
      const late = afterDrainMinutes === "wait" && since >= limit ? ", and as long as it takes" : "";
      say(`draining (${duration(since)} of ${drainMinutes} min${late}): waiting for ${waiting}`);
    },
  });
  if (!blocked) return;
  if (afterDrainMinutes === "force") return endAll(gate, blocked);
  throw new Trouble(
    [
      `${host} was not drained within ${duration(limit)}: it waited for ${blocked}.`,
      "It was not replaced, and goes on. Free those pods, give the role more rollout.drainMinutes, or write wait or force in rollout.afterDrainMinutes; then 'pulumi up' again.",
    ].join("\n"),
  );
}

async function evictOnce(gate: Gate): Promise<{ done: true } | { waiting: string }> {
  const { cluster } = gate;
  const pods = await remaining(gate);
  if (pods.length === 0) return { done: true };
  const reasons: string[] = [];
  for (const pod of pods.filter(({ metadata }) => !metadata?.deletionTimestamp)) {
    const reason = await cluster.evict(pod);
    if (reason) reasons.push(`${pod.metadata?.namespace}/${pod.metadata?.name}: ${reason}`);
  }
  return { waiting: reasons.length > 0 ? reasons.join("; ") : `${pods.length} pods to end` };
}

/**
 * Pods that are to leave. On a node that is not Ready nobody says that a pod has ended: what was told to end there is not waited for.
 * Its server is stopped before another takes its place.
 */
async function remaining({ cluster, host }: Gate): Promise<V1Pod[]> {
  const pods = evictable(await cluster.podsOn(host));
  const told = pods.filter(({ metadata }) => metadata?.deletionTimestamp);
  if (told.length === 0) return pods;
  const node = await cluster.node(host);
  return node && !isReady(node) ? pods.filter((pod) => !told.includes(pod)) : pods;
}

/** Milliseconds that pods have to end which were told to. Then they end with the server. */
const lastGrace = 120_000;

/** Budgets count no longer. Each pod is still asked to end, and has the time for it that it asks for. */
async function endAll(gate: Gate, blocked: string): Promise<void> {
  const { clock, cluster, journal, say } = gate;
  say(`not drained in time: what is left is ended by force (rollout.afterDrainMinutes): ${blocked}`);
  await waitUntil(
    async () => {
      const pods = await remaining(gate);
      for (const pod of pods) if (!pod.metadata?.deletionTimestamp) await cluster.deletePod(pod);
      return pods.length === 0 ? { done: true } : { waiting: `${pods.length} pods to end` };
    },
    { clock, journal, deadline: lastGrace, report: (waiting) => say(`forced: waiting for ${waiting}`) },
  );
}
