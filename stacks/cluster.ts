import * as pulumi from "@pulumi/pulumi";
import { Administrators } from "../components/administrators.ts";
import type { Authorities } from "../components/authorities.ts";
import { HostPool } from "../components/hostPool.ts";
import { Orchestrator } from "../components/orchestrator.ts";
import type { Recorded } from "../components/recorded.ts";
import { machineFacts, machineSecrets } from "../ignition/machine.ts";
import { renderMachine } from "../ignition/render.ts";
import type { EstateFacts, HostFacts } from "./facts.ts";
import type { Foundation } from "./foundation.ts";
import type { EstateSecrets } from "./secrets.ts";

/** The orchestrator, and what applications wait for. */
export interface Cluster {
  readonly orchestrator: Orchestrator;
  /** Gates of the hosts that take any pod: pods come after them, and leave before them. */
  readonly workers: readonly pulumi.Resource[];
  /** Gates of all hosts: after them each is as the document says. */
  readonly gates: readonly pulumi.Resource[];
}

/** What the orchestrator and its hosts know each other by. */
interface Credentials {
  readonly secrets: pulumi.Output<EstateSecrets>;
  readonly authorities: Authorities;
}

/** Layer 2: the orchestrator and every host that joins it, in the order in which they are replaced. */
export function buildCluster(
  facts: EstateFacts,
  { secrets, authorities }: Credentials,
  foundation: Foundation,
  recorded: Recorded | undefined,
): Cluster {
  const [first, ...others] = facts.pools;
  if (!first) throw new pulumi.RunError("the estate has no orchestrator");
  const { addresses, apiNeeds: gateNeeds, poolNeeds } = foundation;
  const host = (one: HostFacts) => {
    const volumes = foundation.volumes[one.name] ?? [];
    return {
      ...{ address: addressOf(foundation, one), imageId: foundation.imageId, keyPair: foundation.keyPair },
      ...{ needs: foundation.serverNeeds(one), gateNeeds },
      ...{ volumes, userData: userData(facts, one, secrets, foundation) },
    };
  };
  // What is in a component comes after all that the component waits for, and goes before it.
  const options = { providers: { openstack: foundation.provider }, dependsOn: [...poolNeeds] };
  const orchestrator = new Orchestrator(
    first.role,
    { recorded, facts, pool: first, secrets, authorities, addresses, host },
    options,
  );
  foundation.moveApi?.(orchestrator.pool.ready);
  let after = orchestrator.pool.turn;
  const workers: pulumi.Resource[] = [];
  const hosts = [orchestrator.pool.hosts];
  for (const pool of others) {
    // A node can only be ready when the API is; and it is drained while the API is still there.
    const joins = (one: HostFacts) => ({ ...host(one), gateNeeds: [...gateNeeds, ...orchestrator.pool.ready] });
    const args = { recorded, facts: pool, estate: facts.name, after, host: joins };
    const { ready, turn, hosts: made } = new HostPool(pool.role, args, options);
    hosts.push(made);
    after = turn;
    if (pool.hosts.every(({ taints }) => taints.length === 0)) workers.push(...ready);
  }
  const servers = Object.fromEntries(
    hosts.flatMap((pool) => Object.entries(pool)).map(([name, { server }]) => [name, server]),
  );
  new Administrators("administrators", { facts, secrets, servers, addresses, recorded });
  const gates = hosts.flatMap((pool) => Object.values(pool).map(({ ready }) => ready));
  return { orchestrator, workers, gates };
}

function addressOf({ addresses }: Foundation, { name }: HostFacts) {
  const address = addresses[name];
  if (!address) throw new pulumi.RunError(`host ${name} has no address`);
  return address;
}

function userData(
  facts: EstateFacts,
  host: HostFacts,
  secrets: pulumi.Output<EstateSecrets>,
  foundation: Foundation,
): pulumi.Output<string> {
  const volumes = foundation.volumes[host.name] ?? [];
  const ids = pulumi.all(Object.fromEntries(volumes.map(({ name, id }) => [name, id])));
  // with DHCP nothing of the port is in the user data, so that nothing of it may replace the host
  const port = facts.network.addressing === "static" ? addressOf(foundation, host).interface : undefined;
  const vip = host.runs.includes("orchestrator") ? foundation.vip?.fixed : undefined;
  const rendered = pulumi.all([secrets, ids, port, vip]).apply(([all, volumeIds, known, address]) => {
    const machine = machineFacts(facts, host, volumeIds, { port: known, vip: address });
    return renderMachine(machine, machineSecrets(all, machine));
  });
  return pulumi.secret(rendered);
}
