import { Trouble } from "../../local/say.ts";
import { renderKubeconfig } from "../../stacks/kubeconfig.ts";
import { Rollout } from "../../stacks/schema/role.ts";
import { readJournal } from "../journal/journal.ts";
import { rolloutStatus } from "../journal/status.ts";
import { connectCloud } from "./cloud.ts";
import { connectCluster } from "./cluster.ts";
import type { Gate } from "./gate.ts";
import { holdOf } from "./hold.ts";
import type { GateJournal } from "./journal.ts";
import { meetingsOf } from "./meetings-of.ts";
import { readPolicy } from "./policy.ts";
import { changing, isAbandoned, readState, served } from "./state.ts";
import { clock } from "./wait.ts";

/** What the engine tells a gate: which host, which server, which stack. */
export interface Named {
  readonly host: string;
  readonly serverId: string;
  readonly stack: string;
}

/** @throws Trouble when the engine did not run it */
export function nameGate({ HOST: host, SERVER_ID: serverId, STACK: stack }: NodeJS.ProcessEnv): Named {
  if (host && serverId && stack) return { host, serverId, stack };
  const hint = "'pulumi up' runs it with them; 'estate local status' shows the hosts of a local stack";
  throw new Trouble(`a gate needs HOST, SERVER_ID and STACK in its environment: ${hint}`);
}

/** The gate the engine asks for. */
export async function openGate(
  { host, serverId, stack }: Named,
  environment: NodeJS.ProcessEnv,
  journal: GateJournal,
): Promise<Gate> {
  const policy = await readPolicy(stack);
  const { facts, secrets, paused } = policy;
  const { ESTATE_BUDGET_END: end } = environment;
  const budgetEnd = end ? new Date(end) : undefined;
  const kubeconfig = renderKubeconfig(facts, secrets);
  const cluster = connectCluster(kubeconfig);
  const pool = facts.pools.find((pool) => pool.hosts.some(({ name }) => name === host));
  const role = pool?.role;
  journal.know(role);
  return {
    ...{ host, serverId, role, clock, journal, cluster, cloud: await connectCloud(environment, facts.name) },
    say: (line) => process.stdout.write(`${host}: ${line}\n`),
    version: facts.orchestrator.k3s.version,
    rolloutOf: (role) => facts.pools.find((pool) => pool.role === role)?.rollout ?? Rollout.parse({}),
    meetingsOf: meetingsOf(policy, { host, serverId, kubeconfig, state: () => readState(stack) }),
    peers: (pool?.hosts ?? []).map(({ name }) => name).filter((name) => name !== host),
    served: async () => served(await readState(stack)),
    destroy: Boolean(environment.ESTATE_DESTROY),
    abandoned: async () => isAbandoned(await readState(stack)),
    hold: ({ window }) => holdOf({ paused, budgetEnd, window }, new Date()),
    underWay: async () => changing(await readState(stack), [host, ...(await heldHosts(stack))]),
  };
}

/** Others that wait as this one does. */
async function heldHosts(stack: string): Promise<string[]> {
  const entries = await readJournal(stack).catch(() => []);
  const { hosts } = rolloutStatus(entries, new Date());
  return hosts.filter(({ step }) => step === "hold").map(({ name }) => name);
}
