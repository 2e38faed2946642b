import type { OpenStack } from "../openstack-client/client.ts";
import { createLane } from "./lane.ts";
import { type CloudState, emptyCloud } from "./model.ts";
import type { InterfaceNames } from "./names.ts";
import { type Part, parts, readPart } from "./source.ts";

/** What came of a state: how the interfaces of servers are named, and what could not be brought about. */
export interface Brought {
  readonly interfaces: ReadonlyMap<string, InterfaceNames>;
  readonly failures: readonly string[];
}

/** Keeps the world as the cloud has it: reads what may have changed, and has it brought about. */
export interface Reconciler {
  /** The state that was read last. */
  readonly state: () => CloudState;
  /** Something may have changed in this service. Returns at once. */
  touch(part: Part): void;
  /** Resolves when what these services hold now, or later, has been read and brought about. */
  fresh(...needed: readonly Part[]): Promise<void>;
  /** Has the state that was read last brought about again, because something here has changed. Rejects if it cannot be; it is tried again. */
  again(): Promise<void>;
  readonly report: () => Report;
  stop(): void;
}

/** How it went. */
export interface Report {
  readonly failures: readonly string[];
  /** When each service was last read. */
  readonly reads: Readonly<Partial<Record<Part, Took>>>;
  /** When the network was last made as it was read. */
  readonly applied?: Took;
}

/** When something ended (ISO 8601), and how long it took. */
export interface Took {
  readonly at: string;
  readonly milliseconds: number;
}

/** Everything is read again this often, in case a change was not told. */
const resyncMilliseconds = 15_000;
const retryMilliseconds = 1000;

/**
 * Each service is read by itself, so that one that is slow does not hold up the changes of another. `bring` plans and
 * applies a state, one at a time; what it could not bring about is tried again after a second.
 */
export function createReconciler(cloud: OpenStack, bring: (state: CloudState) => Promise<Brought>): Reconciler {
  let state = emptyCloud;
  let interfaces: ReadonlyMap<string, InterfaceNames> = new Map();
  let stopped = false;
  let applied: Took | undefined;
  let applyFailures: readonly string[] = [];
  const reads: Partial<Record<Part, Took>> = {};
  const readFailures = new Map<Part, string>();

  const again = coalesced(async () => {
    const begin = Date.now();
    try {
      const brought = await bring(state);
      interfaces = brought.interfaces;
      applyFailures = brought.failures;
      if (applyFailures.length > 0) retry();
    } catch (error) {
      applyFailures = [messageOf(error)];
      throw error;
    } finally {
      applied = took(begin);
    }
  });
  const retry = () => {
    setTimeout(() => {
      if (!stopped) again().catch(retry);
    }, retryMilliseconds);
  };
  const lanes = new Map(
    parts.map((part) => {
      const read = async () => {
        const begin = Date.now();
        try {
          const found = await readPart(cloud, part, state, interfaces);
          state = { ...state, ...found };
          readFailures.delete(part);
        } catch (error) {
          readFailures.set(part, `${part}: ${messageOf(error)}`);
          throw error;
        } finally {
          reads[part] = took(begin);
        }
        await again();
      };
      return [part, createLane(read, retryMilliseconds)];
    }),
  );
  const resync = setInterval(() => {
    for (const lane of lanes.values()) lane.touch();
  }, resyncMilliseconds);
  return {
    state: () => state,
    touch: (part) => lanes.get(part)?.touch(),
    fresh: async (...needed) => void (await Promise.all(needed.map((part) => lanes.get(part)?.fresh()))),
    again: () =>
      again().catch((error: unknown) => {
        // a lane repeats by itself what it began; nobody else would repeat this
        retry();
        throw error;
      }),
    report: () => ({ failures: [...readFailures.values(), ...applyFailures], reads, ...(applied && { applied }) }),
    stop: () => {
      stopped = true;
      clearInterval(resync);
      for (const lane of lanes.values()) lane.stop();
    },
  };
}

/** Runs of `work` follow each other; whoever asks while one runs shares the next. */
function coalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running.catch(noted).then(() => {
      next = undefined;
      running = work();
      return running;
    });
    return next;
  };
}

/** It is in the report. */
function noted(): void {}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function took(begin: number): Took {
  return { at: new Date().toISOString(), milliseconds: Date.now() - begin };
}
