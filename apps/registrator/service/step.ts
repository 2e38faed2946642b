import type { Meeting } from "./bbb.ts";
import type { Change, NewServer } from "./scalelite.ts";

/** One thing to do, and why. Whatever it is, doing it twice does no harm. */
export type Step = { readonly server: string; readonly why: string } & (
  | { readonly do: "add"; readonly as: NewServer }
  | { readonly do: "change"; readonly id: string; readonly change: Change }
  | { readonly do: "enable" | "cordon" | "panic" | "remove"; readonly id: string }
  | { readonly do: "warn"; readonly meetings: readonly Meeting[]; readonly texts: readonly string[] }
  | { readonly do: "end"; readonly meetings: readonly Meeting[] }
);

/** A step as people read it, without the secrets that it may have. */
export function describe(step: Step): string {
  return `${wordsOf(step)} ${step.server}: ${step.why}`;
}

function wordsOf(step: Step): string {
  switch (step.do) {
    case "change":
      return `change the ${Object.keys(step.change).join(", ")} of`;
    case "warn":
      return `tell the people in ${count(step.meetings, "meeting")} on`;
    case "end":
      return `end ${count(step.meetings, "meeting")} on`;
    default:
      return step.do;
  }
}

function count(of: readonly unknown[], what: string): string {
  return `${of.length} ${what}${of.length === 1 ? "" : "s"}`;
}
