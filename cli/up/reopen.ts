import { renderKubeconfig } from "../../stacks/kubeconfig.ts";
import { connectCluster } from "../gate/cluster.ts";
import { uncordonHost } from "../gate/cordon.ts";
import { readPolicy } from "../gate/policy.ts";
import { type Entry, gateOf } from "../journal/entry.ts";
import { readJournal } from "../journal/journal.ts";

/**
 * Hosts whose drain was begun and never came to its end, by all that the journal tells: its engine was killed, or stopped. Their gate
 * could not open them again.
 */
export function brokenDrains(entries: readonly Entry[]): string[] {
  const last = new Map(entries.flatMap((entry) => (entry.host === undefined ? [] : [[entry.host, entry] as const])));
  return [...last.values()]
    .filter(({ step, state }) => gateOf(step) === "drain" && step !== "hold" && state !== "done")
    .map(({ host = "" }) => host)
    .sort();
}

/**
 * After an update that is done, no host is to be replaced any more: one that an earlier update had cordoned, and the document has left
 * as it is since then, takes pods again. Gives their names. What an operator has cordoned stays so.
 */
export async function reopenHosts(stack: string): Promise<readonly string[]> {
  const hosts = brokenDrains(await readJournal(stack));
  if (hosts.length === 0) return [];
  const { facts, secrets } = await readPolicy(stack);
  const cluster = connectCluster(renderKubeconfig(facts, secrets));
  const opened: string[] = [];
  for (const host of hosts) if (await uncordonHost(cluster, host)) opened.push(host);
  return opened;
}
