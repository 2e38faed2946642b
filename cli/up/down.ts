import type { V1Node } from "@kubernetes/client-node";
import type { PoolFacts } from "../../stacks/facts.ts";
import { renderKubeconfig } from "../../stacks/kubeconfig.ts";
import { connectCluster } from "../gate/cluster.ts";
import { readPolicy } from "../gate/policy.ts";
import { whyOut } from "../gate/room.ts";

/** A host that does no work of its pool now. */
export interface Down {
  readonly host: string;
  readonly why: string;
}

/** Hosts of the document that are out of service. None where the orchestrator does not answer: then nobody knows. */
export async function hostsDown(stack: string): Promise<readonly Down[]> {
  const found = async () => {
    const { facts, secrets } = await readPolicy(stack);
    return downOf(facts.pools, await connectCluster(renderKubeconfig(facts, secrets)).nodes());
  };
  return found().catch(() => []);
}

/** Without the orchestrator's own servers: etcd has an order of its own. */
export function downOf(pools: readonly PoolFacts[], nodes: readonly V1Node[]): Down[] {
  const hosts = pools.filter(({ runs }) => !runs.includes("orchestrator")).flatMap((pool) => pool.hosts);
  return hosts.flatMap(({ name: host }) => {
    const why = whyOut(nodes.find(({ metadata }) => metadata?.name === host));
    return why === undefined ? [] : [{ host, why }];
  });
}
