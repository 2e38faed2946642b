import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Trouble } from "../say.ts";
import { explained } from "./cure.ts";

interface Parts {
  readonly data: string;
  /** Shows the reason to whoever asks, while the daemon still answers. */
  readonly show: (reason: string) => void;
  /** Ends everything that runs. */
  readonly end: () => Promise<void>;
  readonly exit: () => void;
  /** How long the end may take. @default 60 */
  readonly seconds?: number;
}

/**
 * How the daemon ends when something went wrong that nobody expected: the reason is kept, everything ends in good order,
 * then the daemon does. Never throws and never rejects, whatever fails on the way; what goes wrong later is only noted.
 */
export function failing({ data, show, end, exit, seconds = 60 }: Parts): (error: unknown) => Promise<void> {
  let failed = false;
  return async (error) => {
    const known = error instanceof Trouble;
    const reason = known
      ? error.message
      : `the local stack's daemon failed: ${explained(error)}; the end of logs/daemon.log says where`;
    const stack = error instanceof Error && !known ? `\n${error.stack}` : "";
    attempt(() => appendFileSync(join(data, "logs", "daemon.log"), `${new Date().toISOString()} ${reason}${stack}\n`));
    if (failed) return;
    failed = true;
    attempt(() => writeFileSync(fileOf(data), reason, { mode: 0o600 }));
    attempt(() => show(reason));
    await Promise.race([end().catch(() => undefined), sleep(seconds * 1000, undefined, { ref: false })]);
    exit();
  };
}

/** Why the last daemon of this folder ended by itself, if it did. */
export function lastFailure(data: string): string | undefined {
  try {
    return readFileSync(fileOf(data), "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

/** A new daemon begins: why the one before it ended is no longer of interest. */
export function forgetFailure(data: string): void {
  rmSync(fileOf(data), { force: true });
}

function fileOf(data: string): string {
  return join(data, "failure.txt");
}

/** With a full disk there is no file to write to. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // there is nobody left to tell
  }
}
