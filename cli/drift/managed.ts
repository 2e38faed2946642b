import { changesOf } from "../preview/changes.ts";
import type { Step } from "../up/step.ts";
import { classOf, classOfGone } from "./classify.ts";
import { type Class, type Finding, findingId } from "./finding.ts";

/** What `pulumi refresh --preview-only` found: resources that the cloud has otherwise than the state, or no more. */
export function cloudFindings(steps: readonly Step[]): Finding[] {
  const ended = steps.filter(({ moment, op, managed }) => moment === "ends" && managed && op !== "refresh");
  return ended.map(({ op, type, name, urn, changed }) => {
    const gone = op === "delete";
    return {
      ...{ id: findingId("cloud", urn), answer: "cloud" as const, owner: "unknown" as const, type, name, urn },
      class: gone ? classOfGone(type) : classOf(type, changed),
      change: gone ? ("gone" as const) : ("changed" as const),
      paths: gone ? [] : changed,
      meaning: gone ? "it was deleted from the cloud" : "it was changed in the cloud, and not by an update",
    };
  });
}

/** How many resources a refresh looked at. */
export function lookedAt(steps: readonly Step[]): number {
  return new Set(steps.filter(({ managed, op }) => managed && op === "refresh").map(({ urn }) => urn)).size;
}

const words = { replace: "replace it", delete: "delete it", update: "change it", create: "make it" } as const;

/** What `pulumi preview` found: what the program asks for and the state does not have. */
export function programFindings(steps: readonly Step[]): Finding[] {
  const changes = changesOf(steps).filter(({ managed }) => managed);
  return changes.map(({ kind, type, name, urn, changed }) => ({
    ...{ id: findingId("program", urn), answer: "program" as const, type, name, urn },
    // the document or the program was changed, by whoever edits it
    owner: "human" as const,
    class: classOfProgram(kind === "update" ? classOf(type, changed) : classOfGone(type)),
    change: kind === "create" ? ("missing" as const) : ("changed" as const),
    paths: changed,
    meaning: `the next update would ${words[kind]}: the document or the program changed since the last one`,
  }));
}

/** Nothing stands still because a change was not rolled out yet: two owners disagree, unless it opens something, or is a name. */
function classOfProgram(kind: Class): Class {
  return kind === "outage" ? "ownership" : kind;
}
