import type { z } from "zod";

/** One line per mistake: where it is, and what is wrong. A bad key of a record is explained by its own rule. */
export function explain(issues: readonly z.core.$ZodIssue[]): string[] {
  return [...new Set(issues.flatMap((issue) => linesOf(issue, [])))];
}

/** A place in the document, such as `roles.bbb.hosts["bbb-01"].site`. */
export function placeOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => {
    if (typeof key === "number") return `[${key}]`;
    return /^\w+$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`;
  });
  return text.join("").replace(/^\./, "") || "(top level)";
}

function linesOf(issue: z.core.$ZodIssue, at: readonly PropertyKey[]): string[] {
  const path = [...at, ...issue.path];
  if (issue.code === "invalid_key" || issue.code === "invalid_element")
    return issue.issues.flatMap((inner) => linesOf(inner, path));
  const places = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
  return places.map((place) => `${placeOf(place)}: ${issue.message}`);
}
