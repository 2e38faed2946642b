import { setTimeout as sleep } from "node:timers/promises";

/** A line of a log: JSON, with the time. */
export function say(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
}

/** Again and again, so many seconds after it has ended; until the process is told to end. */
export async function repeat(seconds: number, act: () => Promise<void>): Promise<void> {
  const stopped = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopped.abort());
  while (!stopped.signal.aborted) {
    await act();
    await sleep(seconds * 1000, undefined, { signal: stopped.signal }).catch(() => undefined);
  }
}
