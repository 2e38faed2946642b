import { whyNeeded } from "./capacity.ts";
import type { Declared } from "./declared.ts";
import type { Drain } from "./drain-record.ts";
import { heldFor, type Observed, type Probe, peopleIn, type Subject } from "./observed.ts";
import type { Step } from "./step.ts";
import type { Verdict } from "./verdict.ts";
import { warning } from "./warning.ts";

/** Seconds without anybody after which a meeting is over: people who begin one come at once, BigBlueButton waits as long. */
const abandonedAfter = 300;

/** What a drain is judged by. */
export interface DrainCase {
  readonly subject: Subject;
  readonly drain: Drain;
  readonly declared: Declared;
  readonly observed: Observed;
  /** Why the server counts as dead; nothing if it does not. */
  readonly dead: string | undefined;
  /** Names of servers that are on their way out; this one joins them when it begins. */
  readonly leaving: Set<string>;
}

/** The next of a drain: from what is remembered and seen alone, so that whoever was killed, the next one goes on from there. */
export function drainVerdict(of: DrainCase): Verdict {
  switch (of.drain.phase) {
    case "asked":
      return begin(of);
    case "leaving":
      return leave(of);
    case "recordings":
      return handOver(of);
    case "drained":
      return { ...said(of, of.drain.reason), condition: "drained", steps: cordon(of, "its machine is to be replaced") };
    case "aborted":
      throw new Error(`the drain of ${of.subject.name} was aborted: it is a server like any other`);
  }
}

function begin(of: DrainCase): Verdict {
  const { subject, declared, observed, dead, leaving } = of;
  // neither declared nor in Scalelite: whatever it is, nobody was ever led to it
  if (subject.secret === undefined) return next(of, "drained", "Scalelite does not have it, and it is not declared");
  const needed = dead ? undefined : whyNeeded(subject, observed, declared, leaving);
  if (needed) return said(of, `it waits, and takes meetings as before: ${needed}`);
  leaving.add(subject.name);
  const steps = dead ? [] : cordon(of, "it is drained");
  return next(of, "leaving", "no new meetings come", steps);
}

function leave(of: DrainCase): Verdict {
  const { subject, drain, observed, dead, declared } = of;
  const { order, since } = drain;
  const { entry, name } = subject;
  if (dead) {
    const steps: Step[] = entry ? [{ do: "panic", server: name, id: entry.id, why: dead }] : [];
    return next(of, "drained", `it is dead: ${dead}`, steps);
  }
  const steps = cordon(of, "it is drained");
  const probe = observed.probes.get(name);
  const left = order.minutes * 60 - (observed.now - since) / 1000;
  const over = left <= 0;
  if (!probe?.answers) return silent(of, probe, over);
  const people = peopleIn(probe.meetings);
  const empty = heldFor(`empty ${name}`, observed) ?? 0;
  // Scalelite may just have sent somebody
  if (probe.meetings.length === 0 && entry?.state !== "enabled" && empty >= 2 * declared.passSeconds)
    return next(of, "recordings", "no meeting is left");
  if (probe.meetings.length > 0 && empty >= abandonedAfter) {
    const rest: Step = { do: "end", server: name, meetings: probe.meetings, why: "nobody is in there any more" };
    return said(of, "what is left are meetings without people: they are ended", [...steps, rest]);
  }
  const there = `${people} people in ${probe.meetings.length} meetings`;
  if (!over) {
    const { steps: warn, warned } = warning(name, drain, probe.meetings, left);
    return said(of, `${there}; they have ${Math.ceil(left / 60)} min left`, [...steps, ...warn], warned);
  }
  if (order.atDeadline === "wait")
    return said(of, `${there}; its ${order.minutes} min are over, it waits longer`, steps);
  if (order.atDeadline === "abort")
    return next(of, "aborted", `${there} when its ${order.minutes} min were over: it takes meetings again`);
  const end: Step = { do: "end", server: name, meetings: probe.meetings, why: `its ${order.minutes} min are over` };
  return said(of, `${there}: they are ended, their ${order.minutes} min are over`, [...steps, end]);
}

/** Nobody knows whether there are meetings. */
function silent(of: DrainCase, probe: Probe | undefined, over: boolean): Verdict {
  const why = probe && !probe.answers ? probe.why : "nobody has asked it yet";
  const unknown = `nobody knows who is there: ${why}`;
  const steps = cordon(of, "it is drained");
  if (!over || of.drain.order.atDeadline === "wait") return said(of, unknown, steps);
  // it cannot be asked to end anything, nor what is with its recordings
  return next(of, "aborted", `${unknown}; its ${of.drain.order.minutes} min are over, and it is not dead either`);
}

function handOver(of: DrainCase): Verdict {
  const { drain, observed, subject, dead } = of;
  const steps = cordon(of, "it is drained");
  if (dead) return next(of, "drained", `it is dead: ${dead}`, steps);
  const probe = observed.probes.get(subject.name);
  // a cordoned server is sent people for a meeting that Scalelite still believes in
  if (probe?.answers && probe.meetings.length > 0)
    return next(of, "leaving", "a meeting has come back", steps, drain.since);
  const waiting = observed.recordings.get(subject.name) ?? "nobody has asked it yet";
  if (waiting === 0) return next(of, "drained", "empty, and its recordings have arrived", steps);
  const what = typeof waiting === "number" ? `${waiting} recordings to arrive` : `word of its recordings: ${waiting}`;
  const over = (observed.now - drain.since) / 60_000 >= drain.order.recordingMinutes;
  if (!over) return said(of, `waiting for ${what}`, steps);
  return next(of, "aborted", `it waited ${drain.order.recordingMinutes} min for ${what}: they would be lost`);
}

/** What Scalelite has enabled again, by whomever, is cordoned again. */
function cordon({ subject }: DrainCase, why: string): Step[] {
  const { entry, name } = subject;
  return entry?.state === "enabled" ? [{ do: "cordon", server: name, id: entry.id, why }] : [];
}

function said(
  { subject, drain }: DrainCase,
  reason: string,
  steps: readonly Step[] = [],
  warned: readonly number[] = drain.warned,
): Verdict {
  const same = reason === drain.reason && warned.length === drain.warned.length;
  const changed = same ? {} : { drain: { ...drain, reason, warned: [...warned] } };
  return { server: subject.name, condition: "draining", reason, steps, ...changed };
}

function next(
  of: DrainCase,
  phase: Drain["phase"],
  reason: string,
  steps: readonly Step[] = [],
  since = of.observed.now,
): Verdict {
  const condition = phase === "drained" ? "drained" : "draining";
  return { server: of.subject.name, condition, reason, steps, drain: { ...of.drain, phase, since, reason } };
}
