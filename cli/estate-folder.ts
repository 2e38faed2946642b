import { join } from "node:path";
import { project } from "../local/place.ts";

/** A file of `.estate`, where commands keep what belongs to a stack and to this clone. Git ignores it. Whoever writes makes the folder. */
export function estateFile(stack: string, kind: string): string {
  return join(project, ".estate", `${stack}.${kind}`);
}
