import { z } from "zod";

/** One line per mistake: where it is, and what is wrong. A bad key of a record is explained by its own rule. */
export function explain(issues: readonly z.core.$ZodIssue[], at: readonly PropertyKey[] = []): string[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    return issue.code === "invalid_key" || issue.code === "invalid_element"
      ? explain(issue.issues, path)
      : [`${z.core.toDotPath(path) || "(top level)"}: ${issue.message}`];
  });
}
