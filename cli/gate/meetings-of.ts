import { name as registratorName } from "../../apps/registrator/names.ts";
import { orderOf } from "../../apps/registrator/order.ts";
import type { RegistratorSettings } from "../../apps/registrator/settings.ts";
import { environment } from "../../stacks/environment.ts";
import type { EstateFacts } from "../../stacks/facts.ts";
import type { Gate } from "./gate.ts";
import type { Policy } from "./policy.ts";
import { connectRegistrator } from "./registrator.ts";
import { hasRegistrator, type State } from "./state.ts";
import { stunTrouble } from "./stun.ts";

/** What is needed beside the policy to reach the registrator for one host. */
interface Around {
  readonly host: string;
  readonly serverId: string;
  readonly kubeconfig: string;
  readonly state: () => Promise<State>;
}

/** The application whose hosts relay media, where the estate has it. */
const turn = "coturn";

/**
 * What hosts have to do with meetings: something, where their role runs bbb and the estate has a registrator. A role that the document
 * does not have any more is taken for one with meetings: better asked for nothing than not asked.
 */
export function meetingsOf({ facts, appSecrets }: Policy, around: Around): NonNullable<Gate["meetingsOf"]> {
  const { host, serverId, kubeconfig, state } = around;
  const settings = facts.apps.find(({ name }) => name === registratorName)?.settings as RegistratorSettings | undefined;
  const token = appSecrets[`${registratorName}.token`];
  if (!settings || !token) return () => undefined;
  const address = { kubeconfig, namespace: environment.namespace, service: registratorName, port: "http", token };
  const meetings = {
    registrator: connectRegistrator(address),
    order: orderOf(settings, { machine: serverId, announced: `${host}.${facts.zone}` }),
    registered: async () => hasRegistrator(await state()),
    turnTrouble: () => turnTrouble(facts),
  };
  return (role) => (runsBbb(facts, role) ? meetings : undefined);
}

function runsBbb({ pools }: EstateFacts, role: string | undefined): boolean {
  const pool = pools.find((one) => one.role === role);
  return role !== undefined && (pool === undefined || pool.runs.includes("bbb"));
}

/** The first TURN host that does not answer people outside. */
async function turnTrouble({ apps, pools }: EstateFacts): Promise<string | undefined> {
  if (!apps.some(({ name }) => name === turn)) return undefined;
  const hosts = pools.filter(({ runs }) => runs.includes("turn")).flatMap((pool) => pool.hosts);
  const troubles = await Promise.all(hosts.map(({ names }) => stunTrouble(names.announced, 3478)));
  return troubles.find((trouble) => trouble !== undefined);
}
