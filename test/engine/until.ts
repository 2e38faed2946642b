import { setTimeout as sleep } from "node:timers/promises";

/** Looks twice a second, for five minutes. @throws Error which says what did not come */
export async function until(what: string, met: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await met()); tries += 1) {
    if (tries > 600) throw new Error(`it does not come to that: ${what}`);
    await sleep(500);
  }
}
