import { setTimeout as sleep } from "node:timers/promises";

/** Does one thing again whenever it is asked to, never twice at a time. */
export interface Lane {
  /** Asks for another run. Returns at once. */
  touch(): void;
  /** Resolves after a run that began after this call and succeeded. */
  fresh(): Promise<void>;
  stop(): void;
}

/** Changes come in swarms; each run waits this long for the rest of the swarm. */
const gatherMilliseconds = 80;

/** After a failure the run is repeated, `retryMilliseconds` later, and those who wait go on waiting. */
export function createLane(run: () => Promise<void>, retryMilliseconds: number): Lane {
  let due = false;
  let stopped = false;
  let waiting: (() => void)[] = [];
  let wake = () => {};

  const loop = async (): Promise<void> => {
    while (!stopped) {
      if (!due) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      await sleep(gatherMilliseconds);
      if (!stopped) await once();
    }
  };
  const once = async (): Promise<void> => {
    const answered = waiting;
    [waiting, due] = [[], false];
    const begin = Date.now();
    try {
      await run();
      for (const resolve of answered) resolve();
      // in a storm of changes, the services of the cloud get some time for their own work
      if (due) await sleep(Math.min((Date.now() - begin) / 2, 1000));
    } catch {
      waiting.push(...answered);
      due = true;
      await sleep(retryMilliseconds);
    }
  };
  const touch = () => {
    due = true;
    wake();
  };
  void loop();
  return {
    touch,
    fresh: () => {
      const done = new Promise<void>((resolve) => waiting.push(resolve));
      touch();
      return done;
    },
    stop: () => {
      stopped = true;
      wake();
    },
  };
}
