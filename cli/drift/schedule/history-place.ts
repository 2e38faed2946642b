import { Trouble } from "../../../local/say.ts";
import type { EstateFacts, HostFacts, VolumeFacts } from "../../../stacks/facts.ts";

/** Where the CronJob keeps what it found: a data volume of a server of the orchestrator, which is where it runs. */
export interface HistoryPlace {
  readonly host: Pick<HostFacts, "name" | "taints" | "labels">;
  readonly volume: Pick<VolumeFacts, "path" | "sizeGiB">;
}

/**
 * The first server of the orchestrator that has the volume. The estate has no StorageClass: a claim is bound to a volume of the
 * document, or to nothing.
 *
 * @throws Trouble when no server has it, with what to write
 */
export function historyPlace(
  { pools }: Pick<EstateFacts, "pools">,
  volume: string,
): HistoryPlace & { host: HostFacts } {
  const servers = pools.filter(({ runs }) => runs.includes("orchestrator"));
  for (const host of servers.flatMap(({ hosts }) => hosts)) {
    const found = host.volumes.find(({ name }) => name === volume);
    if (found) return { host, volume: found };
  }
  const role = servers[0]?.role ?? "orchestrator";
  throw new Trouble(
    `the CronJob keeps what it found on a data volume of a server of the orchestrator, and none has one of the name ${volume}. Name another with --volume; or write roles.${role}.volumes.${volume}: { sizeGiB: 1, path: /var/lib/${volume} } into the document, and roll it out: that replaces the hosts of the role, one after another`,
  );
}
