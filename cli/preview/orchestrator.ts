import { renderKubeconfig } from "../../stacks/kubeconfig.ts";
import { openApi } from "../cluster/api.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { readPolicy } from "../gate/policy.ts";
import type { Checkpoint } from "../interrupted.ts";
import { server } from "../up/step.ts";
import type { Plan } from "./plan.ts";

/** Milliseconds that it has for its answer. */
const patience = 5000;

/** Whether a stack has an orchestrator, or had: a host, or anything that is in it. The base of an estate that is two stacks has none. */
export function hasOrchestrator({ deployment: { resources = [] } }: Checkpoint): boolean {
  return resources.some(({ type }) => type === server || type.startsWith("kubernetes:"));
}

/**
 * Why the orchestrator of a stack does not answer; nothing where it does, or where there is none. In a preview the engine does without it
 * and says nothing, so it is asked here.
 *
 * @param state nothing where it could not be read: what may be there is asked
 */
export async function whySilent(stack: string, state: Checkpoint | undefined): Promise<string | undefined> {
  if (state && !hasOrchestrator(state)) return undefined;
  const policy = await readPolicy(stack).catch(() => undefined);
  // why is not told: it may hold what the stack's configuration does
  if (!policy) return "the stack's secrets, with which it is asked, cannot be read";
  return silenceOf(renderKubeconfig(policy.facts, policy.secrets));
}

/** Why the API behind a kubeconfig does not say that it is ready. */
export async function silenceOf(kubeconfig: string, deadline = patience): Promise<string | undefined> {
  try {
    await openApi(readKubeconfig(kubeconfig), { deadline }).ask({ method: "GET", path: "/readyz", plain: true });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The plan with what is said of the orchestrator: of one that is not there yet that alone, and only where something is to be in it. */
export function withOrchestrator(plan: Plan, state: Checkpoint | undefined, silent: string | undefined): Plan {
  const { silentOrchestrator: told = silent, ...rest } = plan;
  if (!state || hasOrchestrator(state)) return told === undefined ? rest : { ...rest, silentOrchestrator: told };
  return rest.changes.some(({ type }) => type.startsWith("kubernetes:")) ? { ...rest, noOrchestratorYet: true } : rest;
}
