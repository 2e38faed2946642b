/** A client of the orchestrator that looks every second which nodes take pods, and remembers what it saw. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectCluster } from "../../../cli/gate/cluster.ts";
import { here } from "../estate.ts";

/** What it saw at one moment. */
export interface Sighting {
  /** Names of the nodes that were Ready and not cordoned. */
  readonly usable: readonly string[];
  /** Why it saw nothing. */
  readonly error?: string;
  /** When it knew: milliseconds since it began to watch. */
  readonly at: number;
}

export interface Witness {
  /** Stops looking, and tells all it saw. */
  stop(): Promise<readonly Sighting[]>;
}

/**
 * The most milliseconds between two answers of the API, the beginning and the end of watching included, that a client of servers which
 * leave one at a time may see. The API's names lead to all of them (front `hosts`), and the client asks one it is connected to. If that
 * one goes without a word: a second until the next question, 15 s until it is given up (the limit of a question, `cli/cluster/api.ts`),
 * a second until the next, 2 s in which that tries the address of the server that is not there (the limit of an attempt, ibid.), and one
 * in which another server answers.
 */
export const longestSilence = 20_000;

/** How long that was. */
export function silence(sightings: readonly Sighting[]): number {
  const answered = sightings.filter(({ error }) => error === undefined).map(({ at }) => at);
  const times = [0, ...answered, sightings.at(-1)?.at ?? 0];
  return Math.max(...times.map((time, index) => time - (times[index - 1] ?? 0)));
}

export async function watchNodes(): Promise<Witness> {
  const cluster = connectCluster(await readFile(join(here.data, "kubeconfig"), "utf8"));
  const seen: Sighting[] = [];
  let going = true;
  const began = performance.now();
  const at = () => Math.round(performance.now() - began);
  const look = async (): Promise<Sighting> => {
    try {
      const nodes = await cluster.nodes();
      const usable = nodes.filter(
        ({ spec, status }) =>
          !spec?.unschedulable && status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
      );
      return { usable: usable.flatMap(({ metadata }) => metadata?.name ?? []), at: at() };
    } catch (error) {
      return { usable: [], error: (error as Error).message, at: at() };
    }
  };
  const watching = (async () => {
    while (going) {
      seen.push(await look());
      await sleep(1000);
    }
  })();
  return {
    stop: async () => {
      going = false;
      await watching;
      return seen;
    },
  };
}
