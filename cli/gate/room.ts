import type { V1Node } from "@kubernetes/client-node";
import { Trouble } from "../../local/say.ts";
import type { Rollout } from "../../stacks/schema/role.ts";
import { cordonHost, isMarked } from "./cordon.ts";
import type { Gate } from "./gate.ts";
import { dropLease, holdLease } from "./lease.ts";
import { isMember, isReady } from "./node.ts";
import { duration, waitUntil } from "./wait.ts";

/** A host that does no work of its pool now. */
interface Absent {
  readonly host: string;
  readonly why: string;
}

/**
 * Waits until the pool can spare the host: with it, no more than `width` hosts of the role are out of service, whatever the reason of
 * the others. Then cordons it in the same turn, so that two gates never both take the last place. The order of a roll alone does not
 * know of a host that has died by itself.
 *
 * A host that is itself not Ready is let through: its replacement is the cure, and takes nothing from the pool. So is one that the
 * document does not have any more, and everything where the whole estate goes.
 *
 * @param more minutes that another host of the role may take besides, for its meetings
 * @throws Trouble when the others are not back in the time that replacing one of them may take; nothing was touched
 */
export async function waitForRoom(gate: Gate, rollout: Rollout, more = 0): Promise<void> {
  const { clock, cluster, host, journal, peers, role, say, serverId } = gate;
  if (peers.length === 0) return;
  const { width, drainMinutes, joinMinutes, soakMinutes } = rollout;
  const lease = `estate-begin-${role}`;
  const holder = `${host}/${serverId}`;
  let abandoned: boolean | undefined;
  /** Whether it may go: past the others, with a place of its own to take, or not yet. */
  const judge = async () => {
    const nodes = await cluster.nodes();
    const own = nodes.find(({ metadata }) => metadata?.name === host);
    if (!own || !isReady(own)) return "past";
    const absent = await outOfService(gate, nodes, width);
    // members of etcd have an order of their own, one at a time
    if (absent.length < width) return isMember(own) ? "past" : "place";
    abandoned ??= await gate.abandoned();
    return abandoned ? "past" : { waiting: absent.map((one) => `${one.host} (${one.why})`).join(", ") };
  };
  const takePlace = async () => {
    const verdict = await judge();
    if (verdict === "place") await cordonHost(gate);
    return typeof verdict === "string" ? ({ done: true } as const) : verdict;
  };
  const inTurn = async () => {
    const verdict = await judge();
    if (verdict !== "place") return verdict === "past" ? ({ done: true } as const) : verdict;
    const other = await holdLease(cluster, lease, holder, new Date());
    if (other) return { waiting: `${other}, which begins at this moment` };
    return takePlace().finally(() => dropLease(cluster, lease, holder).catch(() => undefined));
  };
  const minutes = more + drainMinutes + joinMinutes + soakMinutes;
  const places = `rollout.width lets ${width} of the ${role} hosts be out of service at a time`;
  const missing = await waitUntil(inTurn, {
    ...{ clock, journal, deadline: minutes * 60_000 },
    report: (waiting, since) =>
      say(`not begun (${duration(since)} of ${duration(minutes * 60_000)}): waiting for ${waiting}; ${places}`),
  });
  if (!missing) return;
  throw new Trouble(
    [
      `${host} was not begun, and is as it was: it waited ${duration(minutes * 60_000)} for ${missing}; ${places}.`,
      "Bring those hosts back: 'kubectl describe node NAME' tells what is wrong, 'kubectl uncordon NAME' opens one that was left cordoned, and 'estate up' begins with hosts that are down, where they are to be replaced too. Then 'pulumi up' goes on from here.",
    ].join("\n"),
  );
}

/** Other hosts of the role that have been in service once, and are not now. New ones, which have yet to join, are not missed. */
async function outOfService(gate: Gate, nodes: readonly V1Node[], width: number): Promise<Absent[]> {
  const found = gate.peers.flatMap((host) => {
    const why = whyOut(nodes.find(({ metadata }) => metadata?.name === host));
    return why === undefined ? [] : [{ host, why }];
  });
  // the state is asked only where it matters: that takes a second of computing
  if (found.length < width) return found;
  const served = await gate.served();
  return found.filter(({ host }) => served.includes(host));
}

/** Why a host does no work of its pool; nothing if it does. What an operator has cordoned still serves. */
export function whyOut(node: V1Node | undefined): string | undefined {
  if (!node) return "it has no node";
  if (!isReady(node)) return "its node is not Ready";
  return isMarked(node) ? "it is cordoned by its gate" : undefined;
}
