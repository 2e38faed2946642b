import type { Change } from "../preview/changes.ts";
import { type Answer, type Class, classes, compareFindings, type Finding } from "./finding.ts";
import type { Sighted } from "./history.ts";
import { mayRun } from "./interruption.ts";

/** An update that runs while the check is made. */
export interface Updating {
  readonly since: string;
  /** Who runs it, as far as it is known. */
  readonly who: string;
}

/** What a repair, `pulumi up --refresh`, would do. */
export interface Repair {
  readonly kind: Change["kind"];
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly changed: readonly string[];
}

/** One check. */
export interface Report {
  readonly stack: string;
  readonly at: string;
  /** `clean`, `drift`; `broken`: it is not whole; `updating`: an update runs, so that what is half-made looks like drift. */
  readonly result: "clean" | "drift" | "broken" | "updating";
  readonly updating?: Updating;
  /** What is reported, the worst first. */
  readonly findings: readonly Sighted[];
  /** Found, but not often enough yet. */
  readonly waiting: readonly Sighted[];
  /** Known noise, and why it is none. */
  readonly accepted: readonly { readonly name: string; readonly type: string; readonly reason: string }[];
  /** What a repair would do; nothing where nothing was found. */
  readonly repairs: readonly Repair[];
  /** Ids of findings that a repair would not take back. */
  readonly stuck: readonly string[];
  /** Why the check is not whole. */
  readonly troubles: readonly string[];
  /** How many resources were compared. */
  readonly compared: number;
  readonly sightings: number;
}

export interface Checked {
  readonly stack: string;
  readonly at: Date;
  readonly updating?: Updating | undefined;
  readonly seen: readonly Sighted[];
  readonly accepted: readonly { readonly finding: Finding; readonly reason: string }[];
  /** Nothing where the engine was not asked, or did not answer. */
  readonly repairs?: readonly Repair[] | undefined;
  readonly troubles: readonly string[];
  readonly compared: number;
  /** After how many sightings in a row a finding is reported. */
  readonly sightings: number;
}

/** A killed update, and what is wrong for security, is told at once. One that may run is not: it ends before it is seen often. */
function due(one: Sighted, sightings: number): boolean {
  const { timesSeen, answer, class: kind } = one;
  return timesSeen >= sightings || (answer === "interrupted" && !mayRun(one)) || kind === "security";
}

export function reportOf({
  stack,
  at,
  updating,
  seen,
  accepted,
  repairs,
  troubles,
  compared,
  sightings,
}: Checked): Report {
  const sorted = [...seen].sort(compareFindings);
  const findings = sorted.filter((one) => due(one, sightings));
  const mended = new Set(repairs?.map(({ urn }) => urn));
  const isStuck = ({ answer, urn, place }: Finding) =>
    repairs !== undefined && answer === "cloud" && urn !== undefined && !place && !mended.has(urn);
  const result = troubles.length > 0 ? "broken" : updating ? "updating" : findings.length > 0 ? "drift" : "clean";
  return {
    ...{ stack, at: at.toISOString(), result, ...(updating ? { updating } : {}), findings },
    waiting: sorted.filter((one) => !due(one, sightings)),
    accepted: accepted.map(({ finding: { name, type }, reason }) => ({ name, type, reason })),
    repairs: repairs ?? [],
    stuck: sorted.filter(isStuck).map(({ id }) => id),
    ...{ troubles, compared, sightings },
  };
}

/** Of `estate drift`; 75 is EX_TEMPFAIL of sysexits.h: look again when the update has ended. */
export const exitCodes: Readonly<Record<Report["result"], number>> = { clean: 0, broken: 1, drift: 2, updating: 75 };

/** How many findings there are of each class. */
export function countsOf(findings: readonly Finding[]): Readonly<Record<Class, number>> {
  const of = (kind: Class) => findings.filter((one) => one.class === kind).length;
  return Object.fromEntries(classes.map((kind) => [kind, of(kind)])) as Record<Class, number>;
}

/** For people, above the findings of an answer. */
export function titleOf(answer: Answer, findings: readonly Finding[]): string {
  return findings.some(mayRun) ? "Half-done by an update that runs elsewhere, or was killed" : titles[answer];
}

const titles: Readonly<Record<Answer, string>> = {
  interrupted: "Left half-done by an update that was killed",
  cloud: "Cloud against state: changed by hand",
  unmanaged: "Managed by nobody",
  program: "Program against state: not rolled out yet",
};

/** What to do about a finding, as a command. */
export function cureOf(finding: Finding, stuck: readonly string[]): string {
  const { id, answer } = finding;
  if (mayRun(finding))
    return "look again when no update runs; if it was killed, 'estate up' puts it right, and goes on";
  if (answer === "interrupted") return "'estate up' takes in or removes what was half-made, and goes on";
  if (answer === "program") return "'estate up' rolls it out; or take the change of the document or the program back";
  if (answer === "unmanaged")
    return `'estate drift adopt ${id}' shows how to take it in, 'estate drift repair ${id}' deletes it`;
  if (stuck.includes(id)) return "an update would not take this back: set it in the program, then 'estate up'";
  return `'estate drift repair ${id}' takes it back`;
}
