import { rmSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Alive, isAlive, thisProcess } from "../alive.ts";
import { type Say, Trouble } from "../say.ts";

/** Asked by Debian's maintainer scripts before they start a service. */
const file = "/usr/sbin/policy-rc.d";
const mark = "# made by 'estate local up' while it installs packages";
/** What ends this process from outside. What is begun is finished, or Debian's packages were left in between. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What a policy of ours says of itself. */
interface Ours {
  /** Who made it; one made by an older version does not say. */
  readonly maker?: Alive;
  /** Units that are to be disabled when the packages are installed. */
  readonly units: readonly string[];
}

function render(maker: Alive, units: readonly string[]): string {
  return `#!/bin/sh\n${mark}\n# process: ${maker.pid} ${maker.started}\n# units: ${units.join(" ")}\nexit 101\n`;
}

/** Nothing if it is the machine's own. */
function parse(text: string): Ours | undefined {
  if (!text.split("\n").includes(mark)) return undefined;
  const [, pid, started] = /^# process: (\d+) (\d+)$/m.exec(text) ?? [];
  const units = /^# units: (.*)$/m.exec(text)?.[1]?.split(" ").filter(Boolean) ?? [];
  return { units, ...(pid && started ? { maker: { pid: Number(pid), started } } : {}) };
}

/**
 * Removes the policy of a run that was killed: it keeps every service of the machine from being started by a package. Waits
 * while the run that made it goes on.
 *
 * @returns the units that run had still to disable
 */
export async function removeLeftover(say: Say, path = file): Promise<readonly string[]> {
  for (let said = false; ; said = true) {
    const ours = parse(await readFile(path, "utf8").catch(() => ""));
    if (!ours) return [];
    if (!ours.maker || !isAlive(ours.maker)) {
      const removed = await rm(path, { force: true }).then(
        () => true,
        () => false,
      );
      if (!removed) say(`A run that was killed left ${path}, which keeps services from starting. As root: rm ${path}`);
      return removed ? ours.units : [];
    }
    if (!said) say(`Another 'estate local up' (process ${ours.maker.pid}) is installing packages; waiting for it`);
    await sleep(500);
  }
}

/**
 * Runs `work` while a policy forbids every service to start, and removes the policy however it ends. A policy that is there
 * already is the machine's own, and stays. When a signal arrives, `work` is told to stop, and the process ends when it has.
 *
 * @param units what is to be disabled afterwards, for the next run to know if this one is killed
 */
export async function withoutServices(
  units: readonly string[],
  work: (stop: AbortSignal) => Promise<void>,
  path = file,
): Promise<void> {
  const stop = new AbortController();
  let caught: NodeJS.Signals | undefined;
  const note = (signal: NodeJS.Signals) => {
    caught ??= signal;
    stop.abort();
  };
  for (const signal of signals) process.on(signal, note);
  const own = await writeFile(path, render(thisProcess(), units), { mode: 0o755, flag: "wx" }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      return false;
    },
  );
  try {
    await work(stop.signal);
  } finally {
    if (own) rmSync(path, { force: true });
    for (const signal of signals) process.off(signal, note);
    if (caught) endBy(caught);
  }
}

function endBy(signal: NodeJS.Signals): never {
  process.kill(process.pid, signal);
  throw new Trouble(`Installing packages was interrupted by ${signal}. Run the same command again: it goes on`);
}
