import { rm } from "node:fs/promises";
import { join } from "node:path";
import { project } from "../local/place.ts";

/** What is kept of a stack: the journal of its rolls, what pulumi said at last, that an engine was killed, and what drifted. */
const kinds = [
  ...(["journal.jsonl", "journal.jsonl.1", "update.log", "preview.log", "interrupted"] as const),
  ...(["drift.log", "drift-program.log", "drift-repair.log", "drift.sqlite"] as const),
] as const;

/** A file of `.estate`, where commands keep what belongs to a stack and to this clone. Git ignores it. Whoever writes makes the folder. */
export function estateFile(stack: string, kind: (typeof kinds)[number]): string {
  return join(project, ".estate", `${stack}.${kind}`);
}

/** Forgets a stack. */
export async function removeEstateFiles(stack: string): Promise<void> {
  await Promise.all(kinds.map((kind) => rm(estateFile(stack, kind), { force: true })));
}
