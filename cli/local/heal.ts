import { join } from "node:path";
import pRetry from "p-retry";
import { isInside } from "../../local/daemon/launch.ts";
import { connect, type OpenStack } from "../../local/openstack-client/client.ts";
import { readCloud } from "../../local/openstack-client/clouds.ts";
import { isNotFound } from "../../local/openstack-client/error.ts";
import { place } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { type Checkpoint, orphansOf, withoutPending } from "../interrupted.ts";
import { pulumi } from "./pulumi.ts";
import { freeLock } from "./state-lock.ts";

/**
 * Puts a stack right after its engine was killed: waits for one that still runs, frees a dead one's lock, removes from the cloud what it had begun to
 * make and did not write down, and takes those operations out of the state. What it does, it says on standard error; how many
 * operations were interrupted, on standard output.
 */
export async function heal(): Promise<void> {
  const here = place();
  const { stack } = here;
  if (!isInside(here))
    throw new Trouble("it needs the cloud's addresses: run it with 'estate local exec -- estate local heal'");
  await freeLock(here, stack);
  const state = JSON.parse(await pulumi(here, ["stack", "export", "--stack", stack])) as Checkpoint;
  const interrupted = state.deployment.pending_operations ?? [];
  process.stdout.write(`${JSON.stringify({ interrupted: interrupted.length })}\n`);
  if (interrupted.length === 0) return;
  say(`The last update of stack ${stack} was interrupted while it changed ${interrupted.length} resources.`);
  const openstack = connect(await readCloud(join(here.data, "openstack", "clouds.yaml"), "estate"));
  for (const { what } of await orphansOf(state, openstack))
    say(`  ${what} was made, but is in no state: it is removed, and made anew`);
  // one may need another gone first, and a server lets go of its port only when it is gone itself
  await pRetry(() => removeOrphans(state, openstack), { retries: 60, factor: 1, minTimeout: 1000 });
  await pulumi(here, ["stack", "import", "--stack", stack], JSON.stringify(withoutPending(state)));
}

async function removeOrphans(state: Checkpoint, openstack: OpenStack): Promise<void> {
  const left = await orphansOf(state, openstack);
  if (left.length === 0) return;
  const refusals: string[] = [];
  for (const { what, remove } of left)
    await remove(openstack).catch((error: Error) => {
      if (!isNotFound(error)) refusals.push(`${what} (${error.message})`);
    });
  const names = refusals.length > 0 ? refusals : left.map(({ what }) => what);
  throw new Trouble(
    `what the interrupted update made is still there after a minute: ${names.join(", ")}. Run the same command again, or delete it with 'estate local exec -- openstack ...'`,
  );
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
