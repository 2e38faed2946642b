import { contains } from "../../stacks/cidr.ts";
import type { EstateFacts } from "../../stacks/facts.ts";
import { type Resolve, resolveHere } from "./addresses.ts";
import { backendHost } from "./backend-host.ts";

/** What is the estate's own: a state that is there goes down with what it describes. */
export interface Inside {
  readonly facts: Pick<EstateFacts, "zone" | "orchestrator">;
  /** Addresses of its hosts and load balancers, as states have them. */
  readonly addresses: ReadonlySet<string>;
}

/**
 * Why a backend is no place for the state of this estate: it is inside of it. A sentence, which names the host and no more of the
 * address; nothing where it is somewhere else, or where that is not known.
 */
export async function whyInside(
  url: string,
  inside: Inside,
  resolve: Resolve = resolveHere,
): Promise<string | undefined> {
  const { host } = backendHost(url, process.env) ?? {};
  if (!host) return undefined;
  const what = whatInside(host, await resolve(host), inside);
  return what === undefined
    ? undefined
    : `the state is in the estate that it describes: ${host} ${what}. Both are lost together; keep it elsewhere: cli/state/README.md`;
}

function whatInside(host: string, found: readonly string[], { facts, addresses }: Inside): string | undefined {
  const { zone, orchestrator } = facts;
  if (/(^|\.)svc$|(^|\.)cluster\.local$/.test(host)) return "is a name of the orchestrator's services";
  if (host === zone || host.endsWith(`.${zone}`)) return `is in the estate's zone ${zone}`;
  for (const address of found) {
    if (contains(orchestrator.serviceCidr, address)) return `is a service of the orchestrator (${address})`;
    if (contains(orchestrator.podCidr, address)) return `is a pod of the orchestrator (${address})`;
    if (addresses.has(address)) return `is a host of the estate (${address})`;
  }
  return undefined;
}
