import { z } from "zod";

/** One line per mistake: where it is, and what is wrong. A bad key of a record is explained by its own rule. */
export function explain(issues: readonly z.core.$ZodIssue[]): string[] {
  return [...new Set(issues.flatMap((issue) => linesOf(issue, [])))];
}

function linesOf(issue: z.core.$ZodIssue, at: readonly PropertyKey[]): string[] {
  const path = [...at, ...issue.path];
  if (issue.code === "invalid_key" || issue.code === "invalid_element")
    return issue.issues.flatMap((inner) => linesOf(inner, path));
  const places = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
  return places.map((place) => `${z.core.toDotPath(place) || "(top level)"}: ${issue.message}`);
}
