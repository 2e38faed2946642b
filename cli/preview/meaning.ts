import type { PoolFacts } from "../../stacks/facts.ts";
import type { Change } from "./changes.ts";
import type { HostChange } from "./hosts.ts";
import { leadsToHosts, shiftsInPlace } from "./in-place.ts";
import { listed } from "./listed.ts";
import { holdsData } from "./losses.ts";
import { minutes } from "./minutes.ts";
import type { Together } from "./together.ts";

/** What a plan means for those who use the estate, in sentences; the last says what becomes of meetings. */
export function meaningOf(
  changes: readonly Change[],
  hosts: readonly HostChange[],
  pools: readonly PoolFacts[],
  together: readonly Together[],
): readonly string[] {
  if (changes.length === 0) return ["Nothing changes."];
  const others = changes.filter((change) => !isOfHost(change, hosts));
  const ways = others.filter(isWay);
  const shifts = changes.filter(shiftsInPlace);
  const apps = changes.filter(({ type, kind }) => type.startsWith("kubernetes:") && kind !== "create");
  const data = changes.filter(holdsData);
  return [
    ...pools.flatMap((pool) => replaced(pool, hosts, together.find(({ role }) => role === pool.role)?.atOnce ?? 1)),
    ...leaving(hosts),
    ...(ways.length > 0
      ? [`Ways to hosts are replaced or deleted, and what goes over them is cut off: ${listed(namesOf(ways))}.`]
      : []),
    ...(shifts.length > 0
      ? [`Hosts or ways to them change in place, and what goes over them may be cut off: ${listed(namesOf(shifts))}.`]
      : []),
    ...(apps.length > 0
      ? [`Applications change, and what runs of them may start anew: ${listed(namesOf(apps))}.`]
      : []),
    ...(data.length > 0 ? [`Data goes with what is replaced or deleted: ${listed(namesOf(data))}.`] : []),
    meetings(hosts, ways.length + shifts.length + apps.length > 0),
  ];
}

/** Meetings are on hosts that run bbb, and are relayed by those that run turn. What is unknown is never harmless. */
function meetings(hosts: readonly HostChange[], unsure: boolean): string {
  const away = hosts.filter(({ kind }) => kind !== "create");
  const carries = away.some(({ runs }) => runs.length === 0 || runs.includes("bbb") || runs.includes("turn"));
  if (!carries && !unsure) return "No meeting is interrupted.";
  if (!carries) return "No host with meetings is drained; whether what changes interrupts one, the plan does not say.";
  return "Meetings on hosts that drain must end or move within that time; others are not touched by the roll.";
}

/** @param atOnce as the preview's events show it, which is not more than the width where hosts wait for each other */
function replaced(
  { role, runs, rollout, hosts: all }: PoolFacts,
  hosts: readonly HostChange[],
  atOnce: number,
): string[] {
  const count = hosts.filter((host) => host.role === role && host.kind === "replace").length;
  if (count === 0) return [];
  const { width, drainMinutes, afterDrainMinutes } = rollout;
  const most = Math.max(width, atOnce);
  const how = most === 1 ? " one after another" : most >= count ? ", all at the same time" : `, ${most} at a time`;
  const drain = count === 1 ? `1 ${role} host drains` : `${count} ${role} hosts drain${how}`;
  if (!runs.includes("orchestrator"))
    return [
      `${drain}: what runs on ${count === 1 ? "it" : "each"} has ${minutes(drainMinutes)} to end or to move; ${afterwards[afterDrainMinutes]}.`,
    ];
  return [
    all.length >= 3 && most === 1
      ? `${drain}: the orchestrator goes on; a server that starts anew answers 503 for some seconds.`
      : `${drain}: the orchestrator's API may be away meanwhile; what runs goes on.`,
  ];
}

const afterwards: Readonly<Record<PoolFacts["rollout"]["afterDrainMinutes"], string>> = {
  abort: "else the update stops, and the host stays",
  wait: "else the update waits as long as it takes",
  force: "else it is ended",
};

function leaving(hosts: readonly HostChange[]): string[] {
  const gone = hosts.filter(({ kind }) => kind === "delete");
  if (gone.length === 0) return [];
  return [`Drained and not made again: ${listed(namesOf(gone))}.`];
}

function isOfHost({ name }: Change, hosts: readonly HostChange[]): boolean {
  return hosts.some((host) => host.kind === "delete" && (name === host.name || name.startsWith(`${host.name}-`)));
}

/** What leads to hosts, where it does not stay. */
function isWay({ type, kind }: Change): boolean {
  return (kind === "replace" || kind === "delete") && leadsToHosts(type);
}

function namesOf(all: readonly { readonly name: string }[]): string[] {
  return all.map(({ name }) => name);
}
