import { type Entry, gateOf, type State, type Step } from "./entry.ts";
import { type Health, healthOf } from "./health.ts";

/** Milliseconds after which nothing new means that nobody is at it any more: gates speak every half minute, updates every five. */
export const silence = 15 * 60_000;
/** Entries of a plain `pulumi up` that are so far apart are of two of them. */
const pause = 3_600_000;

/** Where one host of a roll is. */
export interface HostStatus {
  readonly name: string;
  readonly role?: string;
  readonly server?: string;
  readonly step: Step;
  readonly state: State;
  /** Since when it is at that, waiting for the same. */
  readonly since: string;
  readonly text: string;
  readonly health: Health;
}

/** `held`: it goes on with a later update. `unknown`: it did not end, and nothing was heard of it for long. */
export type RollResult = "none" | "running" | "done" | "held" | "failed" | "unknown";

/** The last roll, or the one that runs. */
export interface RolloutStatus {
  /** Id of the `estate up`, if it was one. */
  readonly update?: string;
  /** The commit that it is of, if that was checked out and unchanged. */
  readonly commit?: string;
  readonly result: RollResult;
  /** How it ended, in a sentence, if somebody said it. */
  readonly text: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** In the order in which they were begun. */
  readonly hosts: readonly HostStatus[];
}

/** What the journal of a stack tells of its last roll. */
export function rolloutStatus(entries: readonly Entry[], now: Date): RolloutStatus {
  const roll = lastRoll(entries);
  const [first, last] = [roll[0], roll.at(-1)];
  if (!first || !last) return { result: "none", text: "", hosts: [] };
  const heard = now.getTime() - Date.parse(last.time) < silence;
  const names = new Set(roll.flatMap(({ host }) => host ?? []));
  const hosts = [...names].flatMap((name) =>
    hostStatus(
      roll.filter(({ host }) => host === name),
      heard,
    ),
  );
  const up = roll.findLast(({ step }) => step === "up");
  const commit = roll.find((entry) => entry.commit)?.commit;
  const result = up ? resultOf(up, heard) : resultOfGates(hosts, heard);
  return {
    ...{ ...(last.update ? { update: last.update } : {}), ...(commit ? { commit } : {}) },
    ...{ result, text: up && up.state !== "begun" ? up.text : "", startedAt: first.time },
    ...(result === "running" || result === "unknown" ? {} : { endedAt: last.time }),
    hosts,
  };
}

/** Entries of one `estate up` have its id; those of a plain `pulumi up` are the last ones without any. */
export function lastRoll(entries: readonly Entry[]): readonly Entry[] {
  const update = entries.at(-1)?.update;
  if (update) return entries.filter((entry) => entry.update === update);
  const before = entries.findLastIndex((entry, index) => {
    const next = entries[index + 1];
    return entry.update !== undefined || (next && Date.parse(next.time) - Date.parse(entry.time) > pause);
  });
  return entries.slice(before + 1);
}

/** Hosts that an update began and has not finished: not those that are held back, nor those that failed. */
export function underWay({ hosts }: Pick<RolloutStatus, "hosts">): readonly HostStatus[] {
  return hosts.filter(({ step, state, role }) => {
    if (step === "hold" || state === "failed") return false;
    // a host that the document no longer has is finished when it is drained
    return state !== "done" || (gateOf(step) === "drain" && role !== undefined);
  });
}

/** Hosts that are held back. */
export function heldBack({ hosts }: Pick<RolloutStatus, "hosts">): readonly HostStatus[] {
  return hosts.filter(({ step, state }) => step === "hold" && state === "waiting");
}

function hostStatus(entries: readonly Entry[], heard: boolean): HostStatus[] {
  const last = entries.at(-1);
  if (!last) return [];
  const { step, state, text, host: name = "", server } = last;
  const other = entries.findLastIndex((entry) => entry.step !== step || entry.state !== state || entry.text !== text);
  const role = entries.findLast((entry) => entry.role)?.role;
  const ended = state === "done" || state === "failed";
  return [
    {
      ...{ name, ...(role ? { role } : {}), ...(server ? { server } : {}) },
      ...{ step, state, text, since: (entries[other + 1] ?? last).time },
      health: ended || heard ? healthOf(step, state) : "unknown",
    },
  ];
}

function resultOf({ state }: Entry, heard: boolean): RollResult {
  if (state === "begun") return heard ? "running" : "unknown";
  return state === "waiting" ? "held" : state;
}

/** Nobody says when a plain `pulumi up` ends: it is what its hosts are. */
function resultOfGates(hosts: readonly HostStatus[], heard: boolean): RollResult {
  if (underWay({ hosts }).length > 0) return heard ? "running" : "unknown";
  if (hosts.some(({ state }) => state === "failed")) return "failed";
  return heldBack({ hosts }).length > 0 ? "held" : "done";
}
