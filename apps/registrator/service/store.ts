import { z } from "zod";
import { Drain } from "./drain-record.ts";

/** The object of the orchestrator that the replicas share: who leads, and the drains. Both in one, so that only a leader writes. */
export interface Shared {
  /** Changes with every write; nothing before the first one. */
  readonly version?: string;
  readonly holder?: string;
  /** As the holder wrote it: only that it changes counts, as clocks differ. */
  readonly renewed?: string;
  readonly drains: ReadonlyMap<string, Drain>;
}

export interface Store {
  /** @throws Error when the orchestrator does not answer, or what is there cannot be read */
  read(): Promise<Shared>;
  /** Writes over the version that was read. Gives false when somebody else was faster. @throws Error as `read` */
  write(shared: Shared): Promise<boolean>;
}

const Drains = z.record(z.string(), Drain);
/** Bytes: an object's annotations have 262,144 together. */
const limit = 200_000;

export function drainsOf(text: string | undefined): ReadonlyMap<string, Drain> {
  if (!text) return new Map();
  return new Map(Object.entries(Drains.parse(JSON.parse(text))));
}

/** @throws Error when it is more than fits */
export function textOf(drains: ReadonlyMap<string, Drain>): string {
  const text = JSON.stringify(Object.fromEntries(drains));
  if (Buffer.byteLength(text) > limit)
    throw new Error("the drains do not fit: shorten their texts, or drain fewer servers at a time");
  return text;
}

/** Changes what is shared, again from what is there now when somebody else was faster. Gives what was written. */
export async function changeShared(store: Store, change: (shared: Shared) => Shared | undefined): Promise<Shared> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const shared = await store.read();
    const changed = change(shared);
    if (!changed) return shared;
    if (await store.write(changed)) return changed;
  }
  throw new Error("others write at the same time again and again");
}
