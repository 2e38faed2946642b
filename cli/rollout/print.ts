import { duration } from "../gate/wait.ts";
import type { HostStatus, RolloutStatus, RollResult } from "../journal/status.ts";
import { table } from "../table.ts";

const sentences: Readonly<Record<RollResult, string>> = {
  none: "no roll is known here: the journal is empty",
  running: "a roll runs",
  done: "the last roll is done",
  held: "the last roll was held back, and goes on with a later update",
  failed: "the last roll failed; after the cure, 'estate up' goes on from there",
  unknown:
    "the last roll did not come to its end, and nothing was heard of it for long; 'estate up' goes on from there",
};

/** For people: what the roll is, why, and a line a host. */
export function asText(stack: string, status: RolloutStatus, paused: string | undefined, now: Date): string {
  const { result, text, startedAt, endedAt, hosts } = status;
  const times = startedAt ? ` (begun ${short(startedAt)}${endedAt ? `, ended ${short(endedAt)}` : ""})` : "";
  return [
    `Stack ${stack}: ${sentences[result]}${times}.`,
    ...(text ? [text] : []),
    ...(paused === undefined ? [] : [`Paused: ${paused}. 'estate rollout resume' lets it go on.`]),
    ...(hosts.length > 0 ? [hostTable(hosts, now)] : []),
  ].join("\n\n");
}

/** One line on a host: which step, since when, waiting for what. */
export function describeHost({ name, step, state, text, since }: HostStatus, now: Date): string {
  const what = state === "waiting" ? `waits for ${text}` : text;
  return `${name}: ${step} (${age(since, now)})${what ? `, ${what}` : ""}`;
}

function hostTable(hosts: readonly HostStatus[], now: Date): string {
  const rows = hosts.map((host) => {
    const { name, role = "", step, state, health, since, text } = host;
    return [name, role, step, state, health, `${short(since)} (${age(since, now)})`, text.split("\n", 1)[0] ?? ""];
  });
  return table(["HOST", "ROLE", "STEP", "STATE", "HEALTH", "SINCE", "WHAT"], rows);
}

function age(since: string, now: Date): string {
  return duration(Math.max(0, now.getTime() - Date.parse(since)));
}

/** In UTC, as everything in the journal. */
function short(time: string): string {
  return `${time.slice(0, 19).replace("T", " ")}Z`;
}
