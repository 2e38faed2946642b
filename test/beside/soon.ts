import { setTimeout as sleep } from "node:timers/promises";

/** Tries until it is so; fails with what was seen last. */
export async function soon<Seen>(
  seconds: number,
  look: () => Promise<Seen>,
  good: (seen: Seen) => boolean,
): Promise<Seen> {
  let seen = await look();
  for (const end = Date.now() + seconds * 1000; !good(seen) && Date.now() < end; seen = await look()) await sleep(2000);
  if (!good(seen)) throw new Error(`not within ${seconds} s; last seen: ${JSON.stringify(seen, undefined, 1)}`);
  return seen;
}
