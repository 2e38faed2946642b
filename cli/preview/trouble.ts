import { Trouble } from "../../local/say.ts";
import { DocumentError } from "../../stacks/parse.ts";
import { fit } from "./fit.ts";
import type { Form } from "./form.ts";

/** Why there is no plan. */
export interface NoPlan {
  readonly stack: string;
  /** What it would have been of. */
  readonly commit?: string | undefined;
  readonly error: unknown;
}

/** That there is no plan, and why: where an older one stands it would be believed. */
export function renderNoPlan({ stack, commit, error }: NoPlan, form: Form, limit = Infinity): string {
  const before = [
    form.title(`No plan for ${form.code(stack)}`),
    ...commitLine(commit, form),
    ...["", form.strong("There is no plan. The reason:")],
  ];
  const lines = reasonOf(error).map((line) => form.bullet(form.code(line)));
  const more = (count: number) => form.bullet(`and ${count} more lines, which 'estate preview' prints`);
  return `${fit(before, [{ head: [], lines, more }], [], limit - 1)}\n`;
}

/** The same for machines. */
export function noPlanAsJson({ stack, commit, error }: NoPlan): string {
  const named = commit === undefined ? {} : { commit };
  return JSON.stringify({ ok: false, stack, ...named, error: reasonOf(error).join("\n") });
}

/** Of which commit a text is. */
export function commitLine(commit: string | undefined, form: Form): string[] {
  return commit === undefined ? [] : ["", `Of the commit ${form.code(commit)}.`];
}

/** Without the lines of a file that a parser shows after an empty one: they may hold values. Of what is unforeseen, one line. */
function reasonOf(error: unknown): string[] {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof Trouble || error instanceof DocumentError;
  const [said = ""] = message.trim().split(known ? "\n\n" : "\n", 1);
  return said.split("\n").map((line) => line.trim());
}
