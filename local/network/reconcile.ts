import { setTimeout as sleep } from "node:timers/promises";
import type { OpenStack } from "../openstack-client/client.ts";
import { type CloudState, emptyCloud } from "./model.ts";
import type { InterfaceNames } from "./names.ts";
import { type Part, parts, readPart } from "./source.ts";

/** Keeps the world as the cloud has it: reads what may have changed, and has it brought about. */
export interface Reconciler {
  /** The state that was read last. */
  readonly state: () => CloudState;
  /** Something may have changed there; nothing named: only the circumstances here. Returns at once. */
  touch(...changed: readonly Part[]): void;
  /** Resolves when what these services hold now, or later, has been read and brought about. */
  fresh(...needed: readonly Part[]): Promise<void>;
  /** What failed in the last pass, and the time it took, in milliseconds. */
  readonly last: () => { readonly failures: readonly string[]; readonly milliseconds: number; readonly at?: Date };
  stop(): Promise<void>;
}

interface Waiting {
  readonly needed: readonly Part[];
  readonly resolve: () => void;
}

/** Changes come in swarms; each pass waits this long for the rest of the swarm. */
const gatherMilliseconds = 80;
/** Everything is read again this often, in case a change was not told. */
const resyncMilliseconds = 15_000;
const retryMilliseconds = 1000;

/** What came of a state: how the interfaces of servers are named, and what could not be brought about. */
export interface Brought {
  readonly interfaces: ReadonlyMap<string, InterfaceNames>;
  readonly failures: readonly string[];
}

/** `bring` plans and applies a state. What it could not bring about is tried again after a second. */
export function createReconciler(cloud: OpenStack, bring: (state: CloudState) => Promise<Brought>): Reconciler {
  let state = emptyCloud;
  let interfaces: ReadonlyMap<string, InterfaceNames> = new Map();
  let last: ReturnType<Reconciler["last"]> = { failures: [], milliseconds: 0 };
  let dirty = new Set<Part>();
  let due = false;
  let wake = () => {};
  let stopped = false;
  let waiting: Waiting[] = [];

  const touch = (...changed: readonly Part[]) => {
    for (const part of changed) dirty.add(part);
    due = true;
    wake();
  };

  const read = async (wanted: readonly Part[]): Promise<Part[]> => {
    const failures: string[] = [];
    const failed: Part[] = [];
    // nova is read after neutron, whose ports say which of its servers matter
    for (const part of parts.filter((one) => wanted.includes(one))) {
      try {
        state = { ...state, ...(await readPart(cloud, part, state, interfaces)) };
      } catch (error) {
        failed.push(part);
        failures.push(`${part}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    last = { ...last, failures };
    return failed;
  };

  const pass = async (): Promise<void> => {
    const wanted = [...dirty];
    const answered = waiting;
    [dirty, waiting, due] = [new Set(), [], false];
    const begin = Date.now();
    const failed = await read(wanted);
    const failures: string[] = [];
    let applied = true;
    try {
      const brought = await bring(state);
      interfaces = brought.interfaces;
      failures.push(...brought.failures);
    } catch (error) {
      applied = false;
      failures.push(error instanceof Error ? error.message : String(error));
    }
    last = { failures: [...last.failures, ...failures], milliseconds: Date.now() - begin, at: new Date() };
    for (const one of answered) {
      if (applied && !one.needed.some((part) => failed.includes(part))) one.resolve();
      else waiting.push(one);
    }
    if (failures.length === 0 && failed.length === 0) return;
    for (const part of failed) dirty.add(part);
    due = true;
    await sleep(retryMilliseconds);
  };

  const loop = async (): Promise<void> => {
    while (!stopped) {
      if (!due)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      await sleep(gatherMilliseconds);
      if (!stopped) await pass();
      // in a storm of changes, the services of the cloud get some time for their own work
      if (due) await sleep(Math.min(last.milliseconds / 2, 1000));
    }
  };

  const running = loop();
  const resync = setInterval(() => touch(...parts), resyncMilliseconds);
  return {
    state: () => state,
    touch,
    fresh: (...needed) => {
      const done = new Promise<void>((resolve) => waiting.push({ needed, resolve }));
      touch(...needed);
      return done;
    },
    last: () => last,
    stop: async () => {
      stopped = true;
      clearInterval(resync);
      wake();
      await running;
    },
  };
}
