import pRetry from "p-retry";
import type { OpenStack } from "../local/openstack-client/client.ts";
import { isNotFound } from "../local/openstack-client/error.ts";
import { type Say, Trouble } from "../local/say.ts";
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
  readonly say: Say;
}

/**
 * Puts a stack right after its engine was killed: frees a dead one's lock, removes from the cloud what it had begun to make and
 * did not write down, and takes those operations out of the state. Gives how many were interrupted.
 *
 * @throws Trouble when an update still runs, or what it made does not go
 */
export async function heal(patient: Patient): Promise<number> {
  const { stack, pulumi, say } = patient;
  await freeLocks(patient);
  const state = JSON.parse(await pulumi(["stack", "export", "--stack", stack])) as Checkpoint;
  const interrupted = state.deployment.pending_operations ?? [];
  if (interrupted.length === 0) return 0;
  say(`The last update of stack ${stack} was interrupted while it changed ${interrupted.length} resources.`);
  const openstack = await patient.openstack();
  const ours = ({ certain }: Orphan) => certain || !patient.shared;
  for (const orphan of await orphansOf(state, openstack))
    say(
      ours(orphan)
        ? `  ${orphan.what} was made, but is in no state: it is removed, and made anew`
        : `  ${orphan.what} (${orphan.path}) is in no state, and may be of the interrupted update: it is left alone; delete it if it is nobody's`,
    );
  const left = async () => (await orphansOf(state, openstack)).filter(ours);
  // one may need another gone first, and a server lets go of its port only when it is gone itself
  await pRetry(async () => removeOrphans(await left(), openstack), { retries: 60, factor: 1, minTimeout: 1000 });
  await pulumi(["stack", "import", "--stack", stack], JSON.stringify(withoutPending(state)));
  return interrupted.length;
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
