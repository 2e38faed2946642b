import { setTimeout as sleep } from "node:timers/promises";
import { chooseStack } from "../check/document.ts";
import { readJournal } from "../journal/journal.ts";
import { type RollResult, rolloutStatus } from "../journal/status.ts";
import { readPause } from "./pause.ts";
import { asText } from "./print.ts";

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
  readonly follow?: boolean;
}

/** As `--help` says them; 75 is that of `estate up`. */
export const exitCodes: Readonly<Record<RollResult, number>> = {
  ...{ none: 0, done: 0, running: 3, held: 75, failed: 1, unknown: 1 },
};

/** Shows the last roll, or the one that runs; with `follow` until it has ended. */
export async function status({ stack: named, json, follow }: Options): Promise<void> {
  const stack = await chooseStack(named, process.env);
  for (let shown = ""; ; await sleep(1000)) {
    const now = new Date();
    const found = rolloutStatus(await readJournal(stack), now);
    const paused = await readPause(stack);
    // what differs from the last time but in how long it takes
    const key = JSON.stringify([found, paused]);
    const machine = JSON.stringify({ stack, ...found, ...(paused === undefined ? {} : { paused }) });
    if (key !== shown) process.stdout.write(json ? `${machine}\n` : `${asText(stack, found, paused, now)}\n`);
    shown = key;
    process.exitCode = exitCodes[found.result];
    if (!follow || found.result !== "running") return;
  }
}
