import { Trouble } from "../../local/say.ts";
import { cordonHost, uncordonHost } from "./cordon.ts";
import type { Gate } from "./gate.ts";
import { admitMeetings } from "./meetings.ts";
import { bootOf, whyNotReady } from "./node.ts";
import { takePredecessor } from "./predecessor.ts";
import { reasonsIn } from "./reason.ts";
import { duration, insist, waitUntil } from "./wait.ts";

/**
 * Waits until the host's own server has joined the orchestrator, is Ready with the pinned version, and has stayed so without booting
 * again. A node of its name that a server left behind which is gone is taken away first. A host that does not stay so is cordoned; one
 * that a gate had cordoned takes pods again.
 *
 * @throws Trouble when it does not within the role's time, with the reasons found in the server's console
 */
export async function ready(gate: Gate): Promise<void> {
  const { clock, journal, say } = gate;
  const { joinMinutes, soakMinutes } = gate.rolloutOf(gate.role);
  const start = clock.now();
  journal.begin("join");
  const missing = await waitUntil(() => attempt(gate), {
    ...{ clock, journal, deadline: joinMinutes * 60_000 },
    report: (waiting, since) => say(`joining (${duration(since)} of ${joinMinutes} min): ${waiting}`),
  });
  if (missing) throw await failure(gate, `did not join within ${duration(joinMinutes * 60_000)}: ${missing}`);
  say(`joined and Ready after ${duration(clock.now() - start)}; watching it for ${duration(soakMinutes * 60_000)}`);
  journal.begin("soak");
  await soak(gate, soakMinutes * 60_000);
  if (await insist(gate, "uncordoned", () => uncordonHost(gate.cluster, gate.host))) say("takes pods again");
  const meetings = gate.meetingsOf?.(gate.role);
  if (meetings) await admitMeetings(gate, meetings, joinMinutes);
  say("ready");
}

/** A look at a host whose gate changed, without waiting: the policy is not its business, the node is. */
export async function check(gate: Gate): Promise<void> {
  const missing = await look(gate);
  if (missing) throw await failure(gate, `is not ready: ${missing}`);
  gate.say("still ready");
}

async function attempt(gate: Gate): Promise<{ done: true } | { waiting: string }> {
  const missing = await look(gate);
  if (!missing) return { done: true };
  const server = await gate.cloud.server(gate.serverId).catch(() => "unknown" as const);
  if (server === undefined) throw await failure(gate, "has no server any more: nova does not know it");
  if (server !== "unknown" && ["ERROR", "SHUTOFF", "DELETED"].includes(server.status)) {
    const fault = server.fault?.message ? `, ${server.fault.message}` : "";
    throw await failure(gate, `cannot join: nova says that its server is ${server.status}${fault}`);
  }
  return { waiting: (await takePredecessor(gate)) ?? missing };
}

async function look({ cluster, host, serverId, version }: Gate, boot?: string): Promise<string | undefined> {
  try {
    const node = await cluster.node(host);
    if (boot !== undefined && bootOf(node) !== boot && node) return "it has booted again";
    return whyNotReady(node, { serverId, version });
  } catch (error) {
    return `the orchestrator's API does not answer (${(error as Error).message})`;
  }
}

/** Once is not enough: several looks in a row must fail before a host that was ready counts as lost. */
async function soak(gate: Gate, milliseconds: number): Promise<void> {
  const boot = bootOf(await gate.cluster.node(gate.host).catch(() => undefined));
  const end = gate.clock.now() + milliseconds;
  for (let failed = 0; gate.clock.now() < end; ) {
    await gate.clock.sleep(Math.min(2000, Math.max(1, end - gate.clock.now())));
    const missing = await look(gate, boot);
    failed = missing ? failed + 1 : 0;
    if (missing && failed === 3) throw await failure(gate, `joined, but did not stay: ${missing}`, await closed(gate));
  }
}

/** A host that is not proven gets nothing more to do. */
async function closed(gate: Gate): Promise<string> {
  return cordonHost(gate).then(
    () => "It is cordoned until it is ready.",
    (error: Error) => `It could not be cordoned (${error.message}).`,
  );
}

/** The host's own reason is in the first line; what the orchestrator sees, and the console, follow. */
async function failure(gate: Gate, what: string, done = ""): Promise<Trouble> {
  const { given, lines } = reasonsIn(await gate.cloud.consoleLog(gate.serverId).catch(() => ""));
  const found =
    lines.length > 0 ? ["Its console says:", ...lines.map((line) => `  ${line}`)] : ["Its console is empty."];
  const next = "The hosts after it were left alone. After the cure, 'pulumi up' goes on from here.";
  const first = `${gate.host} ${what}${given ? `; it says: ${given}` : ""}.`;
  return new Trouble([first, ...(done ? [done] : []), ...found, next].join("\n"));
}
