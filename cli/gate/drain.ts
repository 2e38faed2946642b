import type { V1Node } from "@kubernetes/client-node";
import { Trouble } from "../../local/say.ts";
import type { Rollout } from "../../stacks/schema/role.ts";
import { cordonHost, uncordonHost } from "./cordon.ts";
import { evictAll } from "./evict.ts";
import type { Gate } from "./gate.ts";
import { mayBegin } from "./hold.ts";
import { dropLease, etcdLease, holdLease } from "./lease.ts";
import { drainMeetings, meetingMinutes } from "./meetings.ts";
import { isMember, isOf } from "./node.ts";
import { judgeRemoval } from "./quorum.ts";
import { waitForRoom } from "./room.ts";
import { duration, insist, waitUntil } from "./wait.ts";

/** Milliseconds that the API may be away before a drain gives up. */
const unreachableAfter = 120_000;

/**
 * Empties a host before its server goes: cordon, evict, take its node away, and with it the membership in etcd. A server
 * that never joined, or an orchestrator that is gone, needs nothing.
 *
 * @throws Trouble when the pool cannot spare it, pods do not leave in time, etcd would lose its majority, or the API does not answer; the host then takes pods again
 */
export async function drain(gate: Gate): Promise<void> {
  const { say, serverId } = gate;
  if (gate.destroy) return say("the whole estate is to go (ESTATE_DESTROY): not drained");
  const node = await findNode(gate);
  if (node === "gone") return say("the orchestrator is gone: nothing to drain");
  if (node && !isOf(node, serverId)) return say("the node of its name belongs to another server: left alone");
  const role = gate.role ?? node?.metadata?.labels?.["estate/role"];
  const rollout = gate.rolloutOf(role);
  const meetings = gate.meetingsOf?.(role);
  const more = meetings ? meetingMinutes(meetings.order) : 0;
  if (node || meetings) await mayBegin(gate, rollout, more);
  try {
    if (node) await waitForRoom(gate, rollout, more);
    // people may be on a host that never became a node, or is none any more
    if (meetings) await drainMeetings(gate, meetings);
    if (!node) return say("is not a node: nothing to drain");
    await (isMember(node) ? removeMember(gate, rollout) : removeWorker(gate, rollout));
  } catch (error) {
    if (node) await reopen(gate);
    throw error;
  }
}

/** A host that stays goes on as before: until somebody says otherwise, it takes pods again. */
async function reopen({ cluster, host, say }: Gate): Promise<void> {
  const open = await uncordonHost(cluster, host).catch((error: Error) => error.message);
  if (open === true) say("not drained: it takes pods again");
  else if (open !== false) say(`it may still be cordoned ('kubectl uncordon ${host}'): ${open}`);
}

async function removeWorker(gate: Gate, rollout: Rollout): Promise<void> {
  await empty(gate, rollout);
  await removeNode(gate);
  gate.say("drained");
}

async function findNode(gate: Gate): Promise<V1Node | "gone" | undefined> {
  const { clock, cluster, host, journal, say } = gate;
  let found: V1Node | "gone" | undefined;
  const missing = await waitUntil(
    async () => {
      try {
        found = await cluster.node(host);
        return { done: true };
      } catch (error) {
        if (!(await isGone(gate))) return { waiting: (error as Error).message };
        found = "gone";
        return { done: true };
      }
    },
    {
      ...{ clock, journal, deadline: unreachableAfter, pause: 5000 },
      report: (waiting, since) => say(`waiting for the orchestrator's API to answer (${duration(since)}): ${waiting}`),
    },
  );
  if (!missing) return found;
  throw new Trouble(
    [
      `${host} cannot be drained: the orchestrator's API does not answer (${missing}). Its server was left alone.`,
      "Bring the API back ('estate local status' shows what runs in a local stack) and try again; or, if the whole estate is to go, set ESTATE_DESTROY=1.",
    ].join("\n"),
  );
}

/** The API does not answer because nothing is there that could, or that anyone needs. */
async function isGone(gate: Gate): Promise<boolean> {
  if (await gate.abandoned()) return true;
  const servers = await gate.cloud.orchestrators();
  return servers.every((id) => id === gate.serverId);
}

/** Sends its pods elsewhere. */
async function empty(gate: Gate, rollout: Rollout): Promise<void> {
  gate.journal.begin("cordon");
  await cordonHost(gate);
  gate.journal.begin("evict");
  await evictAll(gate, rollout);
}

/** One member at a time, over all gates that run now, and never when the others would lose their majority. */
async function removeMember(gate: Gate, rollout: Rollout): Promise<void> {
  const { cluster, host, say, serverId } = gate;
  const { drainMinutes: minutes } = rollout;
  const holder = `${host}/${serverId}`;
  const renewing = setInterval(() => void renew(), 10_000);
  let held = false;
  const renew = async () => held && holdLease(cluster, etcdLease, holder, new Date()).catch(() => undefined);
  try {
    let turn = await waitForTurn(gate, minutes, holder);
    held = true;
    if (turn === "safe") {
      await empty(gate, rollout);
      // that takes minutes, in which another server may have been lost
      turn = await waitForTurn(gate, minutes, holder);
    }
    if (turn === "safe") await removeNode(gate);
    say(outcomes[turn]);
  } finally {
    clearInterval(renewing);
    await dropLease(cluster, etcdLease, holder).catch(() => undefined);
  }
}

const outcomes = {
  safe: "drained, and out of etcd",
  last: "is the last member of etcd: it goes with its server",
  abandoned: "nothing runs on the orchestrator any more: its last servers go as they are",
} as const;

/** Waits until it holds the lease and the others keep a majority without it, or it need not leave. */
async function waitForTurn(gate: Gate, minutes: number, holder: string): Promise<keyof typeof outcomes> {
  const { clock, cluster, host, journal, say } = gate;
  journal.begin("leave-etcd");
  let turn: keyof typeof outcomes | undefined;
  let abandoned: boolean | undefined;
  const unsafe = await waitUntil(
    async () => {
      const other = await holdLease(cluster, etcdLease, holder, new Date());
      if (other) return { waiting: `${other} to leave etcd first` };
      const verdict = judgeRemoval(host, await cluster.nodes());
      if (verdict.kind === "unsafe") {
        abandoned ??= await gate.abandoned();
        if (!abandoned) return { waiting: `a majority of etcd without it: ${verdict.reason}` };
      }
      turn = verdict.kind === "unsafe" ? "abandoned" : verdict.kind;
      return { done: true };
    },
    {
      ...{ clock, journal, deadline: minutes * 60_000 },
      report: (waiting, since) => say(`draining (${duration(since)} of ${minutes} min): waiting for ${waiting}`),
    },
  );
  if (turn) return turn;
  throw new Trouble(
    [
      `${host} was not taken out of etcd within ${duration(minutes * 60_000)}: it waited for ${unsafe}.`,
      "It was not removed. Bring the other servers back, then 'pulumi up' again.",
    ].join("\n"),
  );
}

/**
 * Takes the node away while its server still runs: for a member of etcd that is what removes it, with a majority that
 * includes it. Then stops the server, which would else register again, and takes away what it registered meanwhile: a
 * node that stays would refuse the next server of that name.
 */
async function removeNode(gate: Gate): Promise<void> {
  gate.journal.begin("remove");
  await deleteNode(gate);
  gate.journal.begin("stop");
  await insist(gate, "stopped", () => gate.cloud.stop(gate.serverId));
  const running = await waitUntil(
    async () => {
      const server = await gate.cloud.server(gate.serverId);
      const done = server === undefined || server.status !== "ACTIVE";
      return done ? { done } : { waiting: "its server to stop" };
    },
    {
      ...{ clock: gate.clock, journal: gate.journal, deadline: 300_000 },
      report: (waiting) => gate.say(`waiting for ${waiting}`),
    },
  );
  if (running)
    throw new Trouble(
      `${gate.host} is drained, but its server did not stop within 5 min (waited for ${running}); try again`,
    );
  await deleteNode(gate);
}

/** Deletes it and waits for its finalizers. A node that has registered anew meanwhile is another one. */
async function deleteNode(gate: Gate): Promise<void> {
  const { clock, cluster, host, journal, say } = gate;
  const uid = await insist(gate, "taken off the orchestrator", async () => {
    const node = await cluster.node(host);
    if (node) await cluster.deleteNode(host);
    return node?.metadata?.uid;
  });
  if (uid === undefined) return;
  const left = await waitUntil(
    async () => {
      const now = await cluster.node(host);
      return now?.metadata?.uid === uid ? { waiting: "its node to go" } : { done: true };
    },
    { clock, journal, deadline: 120_000, pause: 1000, report: (waiting) => say(`waiting for ${waiting}`) },
  );
  if (left)
    throw new Trouble(
      `${host} is drained, but its node did not go within 2 min (waited for ${left}): 'kubectl get node ${host} -o yaml' shows the finalizer that holds it`,
    );
}
