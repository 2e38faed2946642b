import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";
import type { OpenStack } from "../local/openstack-client/client.ts";
import { isNotFound } from "../local/openstack-client/error.ts";
import { type Say, Trouble } from "../local/say.ts";
import { adoptable, withAdopted } from "./adoption.ts";
import { type Checkpoint, type Orphan, orphansOf, withoutPending } from "./interrupted.ts";
import type { Pulumi } from "./stack-secrets.ts";
import { freeLocks, type LockTerms } from "./state-lock.ts";

/** A stack that may have lost its engine, and how it is put right. */
export interface Patient extends LockTerms {
  readonly pulumi: Pulumi;
  /** Asked for only where an update was interrupted. */
  readonly openstack: () => Promise<OpenStack>;
  /** Whether others may have things of the same names in the project. Then what is not certainly the stack's is left alone, and told. */
  readonly shared: boolean;
  /**
   * Throws where an engine may be at work on a state that is in no folder, so that its locks are not seen here. What it has begun is
   * listed as interrupted too, and none of it may be touched. @default there is no such engine
   */
  readonly ensureFree?: () => Promise<void>;
  /** Keeps the state as it is, before anything is removed from the cloud or written into it. @param state as it was exported @default nobody does */
  readonly keep?: (state: string) => Promise<unknown>;
  readonly say: Say;
}

/**
 * Puts a stack right after its engine was killed: frees a dead one's lock, takes in the servers that it made and did not write down,
 * removes from the cloud what else it had begun to make, and takes those operations out of the state. Gives how many were interrupted.
 *
 * @throws Trouble when an update still runs, or what it made does not go
 */
export async function heal(patient: Patient): Promise<number> {
  const { stack, pulumi, say } = patient;
  await freeLocks(patient);
  const text = await pulumi(["stack", "export", "--stack", stack]);
  const state = JSON.parse(text) as Checkpoint;
  const interrupted = state.deployment.pending_operations ?? [];
  if (interrupted.length === 0) return 0;
  await patient.ensureFree?.();
  await patient.keep?.(text);
  say(`The last update of stack ${stack} was interrupted while it changed ${interrupted.length} resources.`);
  const openstack = await patient.openstack();
  const ours = ({ certain }: Orphan) => certain || !patient.shared;
  const found = await settled(state, openstack, say);
  const adopted = adoptable(state, found.filter(ours));
  for (const orphan of found) say(`  ${verdict(orphan, adopted.includes(orphan), ours(orphan))}`);
  const kept = new Set(adopted.map(({ path }) => path));
  const left = async () => (await orphansOf(state, openstack)).filter((one) => ours(one) && !kept.has(one.path));
  // one may need another gone first, and a server lets go of its port only when it is gone itself
  await pRetry(async () => removeOrphans(await left(), openstack), { retries: 60, factor: 1, minTimeout: 1000 });
  await (adopted.length === 0 ? write(patient, withoutPending(state)) : adopt(patient, adopted));
  return interrupted.length;
}

function verdict({ what, path }: Orphan, adopted: boolean, ours: boolean): string {
  if (adopted) return `${what} was made and runs, but is in no state: it is taken in`;
  if (ours) return `${what} was made, but is in no state: it is removed, and made anew`;
  return `${what} (${path}) is in no state, and may be of the interrupted update: it is left alone; delete it if it is nobody's`;
}

/** What was left behind, once nova is done with the servers among it. One that it is at for longer than five minutes is no server that runs. */
async function settled(state: Checkpoint, openstack: OpenStack, say: Say): Promise<readonly Orphan[]> {
  for (let left = 150; ; left -= 1) {
    const found = await orphansOf(state, openstack);
    const building = found.filter(({ status }) => status === "BUILD").map(({ what }) => what);
    if (building.length === 0 || left === 0) return found;
    if (left === 150) say(`Nova is still making ${building.join(", ")}; waiting up to 5 min for it.`);
    await sleep(2000);
  }
}

/** Takes servers into the state, then reads from the cloud what the engine did not live to read. */
async function adopt(patient: Patient, servers: readonly Orphan[]): Promise<void> {
  const { pulumi, stack } = patient;
  const state = JSON.parse(await pulumi(["stack", "export", "--show-secrets", "--stack", stack])) as Checkpoint;
  await write(patient, withAdopted(state, servers));
  const targets = servers.flatMap(({ urn }) => ["--target", urn]);
  await pulumi(["refresh", "--stack", stack, "--yes", "--skip-preview", ...targets]);
}

/** Through standard input: a state may hold secrets in clear, which it has encrypted again. */
async function write({ pulumi, stack }: Patient, state: Checkpoint): Promise<void> {
  await pulumi(["stack", "import", "--stack", stack], JSON.stringify(state));
}

async function removeOrphans(left: readonly Orphan[], openstack: OpenStack): Promise<void> {
  if (left.length === 0) return;
  const refusals: string[] = [];
  for (const { what, remove } of left)
    await remove(openstack).catch((error: Error) => {
      if (!isNotFound(error)) refusals.push(`${what} (${error.message})`);
    });
  const names = refusals.length > 0 ? refusals : left.map(({ what }) => what);
  throw new Trouble(
    `what the interrupted update made is still there after a minute: ${names.join(", ")}. Run the same command again, or delete it with 'openstack ...'`,
  );
}
