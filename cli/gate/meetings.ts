import type { DrainOrder } from "../../apps/registrator/service/drain-record.ts";
import { Trouble } from "../../local/say.ts";
import type { Gate } from "./gate.ts";
import type { Registrator, Told } from "./registrator.ts";
import { duration, insist, waitUntil } from "./wait.ts";

/** What the gate of a host with meetings needs besides. */
export interface Meetings {
  readonly registrator: Registrator;
  /** As the document says it now; the machine is that of the gate. */
  readonly order: DrainOrder;
  /** Whether the stack has a registrator yet: hosts are built before it, and it goes before them. */
  readonly registered: () => Promise<boolean>;
  /** Why TURN does not answer people outside; nothing if it does, or there is none. */
  readonly turnTrouble: () => Promise<string | undefined>;
}

/** Minutes beside those of the order that a gate has: the registrator looks only every few seconds, and others wait for it, too. */
const slack = 15;

/** Minutes after which a gate gives up on the meetings of a host, for now. One whose meetings may go on waits for no recordings. */
export function meetingMinutes({ minutes, recordingMinutes, atDeadline }: DrainOrder): number {
  return minutes + slack + (atDeadline === "wait" ? 0 : recordingMinutes);
}

/**
 * Empties a host of its meetings. The registrator does it and remembers how far it is, the gate only asks: one that is killed, or
 * that gave up, is followed by one that goes on from there, with the policy that the document has by then.
 *
 * @throws Trouble when meetings go on, the others cannot carry the load, or recordings do not arrive
 */
export async function drainMeetings(gate: Gate, { registrator, order, registered }: Meetings): Promise<void> {
  const { clock, host, journal, say } = gate;
  if (!(await registered())) return say("the stack has no registrator: nothing leads people to its meetings");
  journal.begin("meetings");
  await insist(gate, "drained of its meetings", () => registrator.drain(host, order));
  const patience = meetingMinutes(order) * 60_000;
  let last: Told["drain"];
  const waiting = await waitUntil(
    async () => {
      // what the orchestrator has lost is ordered again
      const found = (await registrator.look(host)).drain ?? (await registrator.drain(host, order)).drain;
      last = found;
      if (found?.phase === "drained") return { done: true };
      if (found?.phase === "aborted") throw aborted(host, found.reason);
      return { waiting: found?.reason || "the registrator to look at it" };
    },
    {
      ...{ clock, journal, deadline: patience, pause: 5000 },
      report: (text, since) => say(`draining its meetings (${duration(since)}): ${text}`),
    },
  );
  if (!waiting) return say(`its meetings are over: ${last?.reason}`);
  const state = last?.phase === "asked" ? "It takes meetings as before" : "It takes no new meetings";
  throw new Trouble(
    [
      `${host} was not drained of its meetings within ${duration(patience)}: ${waiting}.`,
      `${state}, and its drain goes on without the update: 'pulumi up' again goes on with the host. 'DELETE /drains/${host}' of the registrator gives it up.`,
    ].join("\n"),
  );
}

function aborted(host: string, reason: string): Trouble {
  return new Trouble(
    [
      `${host} was not drained of its meetings: ${reason}.`,
      "It takes meetings again, and its server was left alone. Give the drain more time or another deadline policy (apps.registrator.drain), then 'pulumi up' again.",
    ].join("\n"),
  );
}

/**
 * Lets people onto a host that replaces another, once it and TURN work: the last of all. A host that replaces none is seen to by the
 * registrator alone.
 *
 * @throws Trouble when TURN does not answer, or Scalelite does not take the server, within so many minutes
 */
export async function admitMeetings(gate: Gate, meetings: Meetings, minutes: number): Promise<void> {
  const { clock, host, journal, say } = gate;
  const { registrator, registered, turnTrouble } = meetings;
  if (!(await registered())) return say("the stack has no registrator yet: it adds the host once it is there");
  const drained = await insist(gate, "looked up at the registrator", () => registrator.look(host));
  if (!drained.drain) return say("the registrator has no drain of it: it adds the host by itself");
  journal.begin("probe");
  const patience = { clock, journal, deadline: minutes * 60_000, pause: 3000 };
  const trouble = await waitUntil(
    async () => {
      const waiting = await turnTrouble();
      return waiting ? { waiting } : { done: true };
    },
    { ...patience, report: (text, since) => say(`before people come (${duration(since)}): ${text}`) },
  );
  if (trouble) throw kept(host, `TURN does not answer: ${trouble}`);
  journal.begin("admit");
  await insist(gate, "given meetings again", () => registrator.release(host));
  const absent = await waitUntil(
    async () => {
      const { server } = await registrator.look(host);
      return server?.health === "up" ? { done: true } : { waiting: server?.reason ?? "the registrator to look at it" };
    },
    { ...patience, report: (text, since) => say(`until people come (${duration(since)}): ${text}`) },
  );
  if (absent) throw kept(host, `Scalelite does not lead meetings to it: ${absent}`);
  say("takes meetings again");
}

function kept(host: string, why: string): Trouble {
  const next = "The hosts after it were left alone. After the cure, 'pulumi up' goes on from here.";
  return new Trouble(`${host} joined, but ${why}.\n${next}`);
}
