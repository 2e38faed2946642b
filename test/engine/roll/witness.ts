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
  /** Milliseconds until it knew. */
  readonly took: number;
}

export interface Witness {
  /** Stops looking, and tells all it saw. */
  stop(): Promise<readonly Sighting[]>;
}

export async function watchNodes(): Promise<Witness> {
  const cluster = connectCluster(await readFile(join(here.data, "kubeconfig"), "utf8"));
  const seen: Sighting[] = [];
  let going = true;
  const look = async (): Promise<Sighting> => {
    const asked = performance.now();
    const took = () => Math.round(performance.now() - asked);
    try {
      const nodes = await cluster.nodes();
      const usable = nodes.filter(
        ({ spec, status }) =>
          !spec?.unschedulable && status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
      );
      return { usable: usable.flatMap(({ metadata }) => metadata?.name ?? []), took: took() };
    } catch (error) {
      return { usable: [], error: (error as Error).message, took: took() };
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
