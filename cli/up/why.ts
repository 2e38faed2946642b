import { readFile } from "node:fs/promises";
import type { EngineError } from "./events.ts";

interface Failure {
  /** What was run. @default up */
  readonly command?: keyof typeof next;
  readonly stack: string;
  readonly stopped: boolean;
  readonly errors: readonly EngineError[];
  /** Where all of it is that pulumi said. */
  readonly log: string;
}

const next = { up: "'estate up' goes on from there", preview: "run it again", refresh: "run it again" } as const;

/** Why an update or a preview failed, for a person: what the engine says of each resource, or else the end of what pulumi said. */
export async function whyFailed({ command = "up", stack, stopped, errors, log }: Failure): Promise<string> {
  const reasons = errors
    .filter(({ name, message }) => name !== undefined || (message !== "update failed" && message !== "preview failed"))
    .map(({ name, message }) => `${name ? `${name}: ` : ""}${message}`);
  const end = async () => (await readFile(log, "utf8").catch(() => "")).trim().split("\n").slice(-15);
  const head = stopped ? "was stopped before its end" : "did not succeed";
  return [
    `'pulumi ${command}' on the stack ${stack} ${head}.`,
    ...(reasons.length > 0 ? reasons : await end()).map((line) => line.replaceAll(/^/gm, "  ")),
    `After the cure, ${next[command]}. All that pulumi said is in ${log}.`,
  ].join("\n");
}
