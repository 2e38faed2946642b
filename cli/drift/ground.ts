import { readFile } from "node:fs/promises";
import { connect, type OpenStack } from "../../local/openstack-client/client.ts";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { renderKubeconfig } from "../../stacks/kubeconfig.ts";
import { readFacts } from "../check/document.ts";
import { findCloud } from "../credentials.ts";
import { readPolicy } from "../gate/policy.ts";
import type { Checkpoint } from "../interrupted.ts";
import { operatorPulumi } from "../operator-pulumi.ts";
import { otherStack } from "../pair.ts";
import { backendOf } from "../state/backend.ts";
import { whyInside } from "./backend-place.ts";
import type { Ground } from "./cloud-kinds.ts";
import { type Cluster, connectCluster } from "./cluster.ts";
import { type Held, heldBy } from "./held.ts";

const again = "estate drift";

/** The state of a stack. What is secret stays encrypted in it. */
export async function readCheckpoint(stack: string): Promise<Checkpoint> {
  return JSON.parse(await operatorPulumi(project, again)(["stack", "export", "--stack", stack])) as Checkpoint;
}

/** The names of the project's stacks. */
async function stackNames(): Promise<readonly string[]> {
  const listed = await operatorPulumi(project, again)(["stack", "ls", "--json"]);
  return (JSON.parse(listed) as readonly { readonly name: string }[]).map(({ name }) => name);
}

/**
 * The states of the project's other stacks, by their names: what they hold is managed too. A stack may go while others are read, as those
 * of review environments do: what is not there any more holds nothing.
 */
export async function otherStates(stack: string): Promise<ReadonlyMap<string, Checkpoint>> {
  const others = (await stackNames()).filter((name) => name.split("/").at(-1) !== stack);
  const states = new Map<string, Checkpoint>();
  for (const name of others) {
    const state = await readCheckpoint(name).catch(async (error: Error) => {
      if ((await stackNames()).includes(name)) throw error;
    });
    if (state) states.set(name, state);
  }
  return states;
}

/** The cloud that the environment names. */
export async function openCloud(): Promise<OpenStack> {
  return connect(await findCloud(process.env));
}

/** What the scan must know of the estate. */
export async function groundOf(stack: string, state: Checkpoint, openstack: OpenStack): Promise<Ground> {
  const facts = await readFacts(stack);
  const other = await otherStack(stack);
  const states = await otherStates(stack);
  const read = [...states].find(([name]) => name.split("/").at(-1) === other?.name)?.[1];
  const base = other?.has === "base" ? (read ?? (await readCheckpoint(other.name))) : undefined;
  const held = heldBy(state, [...states.values()], base);
  const above = other?.has === "servers" && (read?.deployment.resources ?? []).length > 0;
  return {
    ...{ held, estate: facts.name, image: facts.image.name, project: await openstack.projectId() },
    ...(above ? { scannedBy: other.name } : {}),
  };
}

/** What the stack and its base hold, if that is a stack of its own. */
export async function readHeld(stack: string): Promise<Held> {
  const other = await otherStack(stack);
  const state = await readCheckpoint(stack);
  return other?.has === "base" ? heldBy(state, [], await readCheckpoint(other.name)) : heldBy(state);
}

/** That the state is inside of the estate, if it is: a check that goes down with what it checks tells nothing. */
export async function backendTroubles(stack: string, { addresses }: Pick<Held, "addresses">): Promise<string[]> {
  const url = await backendOf(operatorPulumi(project, again), process.env);
  const why = await whyInside(url, { facts: await readFacts(stack), addresses });
  return why === undefined ? [] : [why];
}

/**
 * The orchestrator, with the kubeconfig that ESTATE_DRIFT_KUBECONFIG names, such as one that only reads, or else the estate's own.
 */
export async function openCluster(stack: string): Promise<Cluster> {
  const { ESTATE_DRIFT_KUBECONFIG: file } = process.env;
  if (!file) {
    const { facts, secrets } = await readPolicy(stack);
    return connectCluster(renderKubeconfig(facts, secrets));
  }
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new Trouble(`ESTATE_DRIFT_KUBECONFIG: ${error.message}`);
  });
  return connectCluster(text);
}
