import { mkdir } from "node:fs/promises";
import lockfile from "proper-lockfile";
import { isInside } from "../../local/daemon/launch.ts";
import type { Place } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";

/** Runs one command that changes the stack at a time. The lock of a killed command is free again after ten seconds. */
export async function exclusive<Result>(here: Place, command: string, work: () => Promise<Result>): Promise<Result> {
  if (isInside(here))
    throw new Trouble(`'estate local ${command}' must be run outside the stack; leave the shell first`);
  await mkdir(here.data, { recursive: true, mode: 0o700 });
  const lock = {
    lockfilePath: `${here.data}.lock`,
    stale: 10_000,
    update: 2_000,
    retries: { retries: 12, minTimeout: 1_000, maxTimeout: 1_000 },
    onCompromised: () => {
      process.stderr.write(
        `estate: this command slept too long (with the machine?) and lost its hold of the stack; run 'estate local ${command}' again\n`,
      );
      process.exit(1);
    },
  };
  const release = await lockfile.lock(here.data, lock).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ELOCKED") throw error;
    throw new Trouble(
      `'estate local ${command}' must wait: another estate command is changing this stack (${here.data}). Try again when it has ended.`,
    );
  });
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}
