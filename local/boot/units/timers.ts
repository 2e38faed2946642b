import { nextElapse, type TimerUnit, type Times } from "./timer.ts";

/** The unit that a timer starts, as the timer sees it. */
export interface Triggered {
  /** Neither active nor on its way there. */
  isDown(): boolean;
  /** Seconds of a clock that only goes forward. */
  now(): number;
  times(): Omit<Times, "elapsed">;
  /** Starts it; does not throw when that fails. */
  start(): Promise<void>;
  /** Resolves when its state has changed, or after so many seconds; also when the signal is aborted. */
  change(seconds: number, signal: AbortSignal): Promise<void>;
}

/** No timer of Node waits longer than 24 days. */
const longest = 86_400;

/** Plays a timer until the signal is aborted. What it starts goes on then. */
export async function playTimer(timer: TimerUnit, unit: Triggered, signal: AbortSignal): Promise<void> {
  let elapsed: number | undefined;
  while (!signal.aborted) {
    const due = unit.isDown() ? nextElapse(timer, { ...unit.times(), elapsed }) : undefined;
    const wait = due === undefined ? longest : due - unit.now();
    if (wait > 0) {
      await unit.change(Math.min(wait, longest), signal);
      continue;
    }
    elapsed = unit.now();
    await unit.start();
  }
}
