import { readFileSync } from "node:fs";

/** A process that no other can be taken for: numbers are given again, after a restart of the machine the very next day. */
export interface Alive {
  readonly pid: number;
  /** Clock ticks from boot to its start. */
  readonly started: string;
}

/** This process. */
export function thisProcess(): Alive {
  return { pid: process.pid, started: startOf(process.pid) ?? "" };
}

/** Whether the process still runs. */
export function isAlive({ pid, started }: Alive): boolean {
  return startOf(pid) === started;
}

/** Field 22 of /proc/PID/stat; the name before it may hold spaces, so it is counted from the last parenthesis. A zombie is gone. */
function startOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
