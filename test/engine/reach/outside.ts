/** What hosts may reach outside the estate, as the catalogue and the document say, worked out without the rules that are made from them. */
import { addresses } from "../../../local/addresses.ts";
import type { EstateFacts } from "../../../stacks/facts.ts";
import { type Destination, destinations } from "../../../stacks/ports.ts";
import { type Circumstances, type End, isOne, within } from "./expected.ts";

/** A TCP port outside. */
export interface Door {
  readonly address: string;
  readonly port: number;
}

/** What is outside every estate of the local stack. Where nobody listens they refuse, which comes back if the question was let out. */
const machines = [addresses.dns, addresses.mirror, addresses.api];
/** Those of DNS, of downloads and of identity, with what lies beside them. */
const wanted = [52, 53, 54, 79, 80, 81, 5000];

/** What every host asks. */
export const doors: readonly Door[] = machines.flatMap((address) => wanted.map((port) => ({ address, port })));

type Named = Pick<EstateFacts, "network" | "sites" | "logs">;

/** Whether a host may ask there. */
export function letOutside(from: End, { address, port }: Door, named: Named, circumstances: Circumstances): boolean {
  return destinations
    .filter(({ protocol, on }) => protocol === "tcp" && isOne(from, on, circumstances))
    .some(({ ports, to }) =>
      rangesOf(to, named).some(({ cidr, port: own = 0 }) => {
        const [first, last] = ports ?? [own, own];
        return within(cidr, address) && port >= first && port <= last;
      }),
    );
}

interface Range {
  readonly cidr: string;
  /** Where the document says it. */
  readonly port?: number;
}

function rangesOf(to: Destination["to"], { network, sites, logs }: Named): readonly Range[] {
  if ("cidrs" in to) return to.cidrs.map((cidr) => ({ cidr }));
  // hosts of the estate itself are asked as such
  if ("announced" in to) return [];
  const named: Readonly<Record<typeof to.named, readonly Range[]>> = {
    nameservers: Object.values(network.nameservers).map((cidr) => ({ cidr })),
    timeServers: Object.values(network.timeServers).map((cidr) => ({ cidr })),
    downloads: Object.values(network.downloads),
    logs: logs ? [{ cidr: logs.address, port: logs.port }] : [],
    sites: Object.values(sites),
  };
  return named[to.named];
}
