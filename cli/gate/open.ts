import { Trouble } from "../../local/say.ts";
import { renderKubeconfig } from "../../stacks/kubeconfig.ts";
import { Rollout } from "../../stacks/schema/role.ts";
import { connectCloud } from "./cloud.ts";
import { connectCluster } from "./cluster.ts";
import type { Gate } from "./gate.ts";
import { isAbandoned, readPolicy } from "./policy.ts";
import { clock } from "./wait.ts";

/** The gate the engine asks for, from its environment. */
export async function openGate(environment: NodeJS.ProcessEnv): Promise<Gate> {
  const { HOST: host, SERVER_ID: serverId, STACK: stack } = environment;
  if (!host || !serverId || !stack) {
    const hint = "'pulumi up' runs it with them; 'estate local status' shows the hosts of a local stack";
    throw new Trouble(`a gate needs HOST, SERVER_ID and STACK in its environment: ${hint}`);
  }
  const { facts, secrets } = await readPolicy(stack);
  const cluster = connectCluster(renderKubeconfig(facts, secrets));
  return {
    ...{ host, serverId, clock, cluster, cloud: await connectCloud(environment, facts.name) },
    say: (line) => process.stdout.write(`${host}: ${line}\n`),
    version: facts.orchestrator.k3s.version,
    rolloutOf: (role) => facts.pools.find((pool) => pool.role === role)?.rollout ?? Rollout.parse({}),
    role: facts.pools.find((pool) => pool.hosts.some(({ name }) => name === host))?.role,
    destroy: Boolean(environment.ESTATE_DESTROY),
    abandoned: () => isAbandoned(stack),
  };
}
