import { join } from "node:path";
import pRetry from "p-retry";
import { isInside } from "../../local/daemon/launch.ts";
import { connect, type OpenStack } from "../../local/openstack-client/client.ts";
import { readCloud } from "../../local/openstack-client/clouds.ts";
import { place } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { type Checkpoint, orphansOf, withoutPending } from "../interrupted.ts";
import { pulumi } from "./pulumi.ts";
import { freeDeadLock } from "./state-lock.ts";

/**
 * Puts a stack right after its engine was killed: frees the dead engine's lock, removes from the cloud what it had begun to
 * make and did not write down, and takes those operations out of the state. What it does, it says on standard error; how many
 * operations were interrupted, on standard output.
 */
export async function heal(): Promise<void> {
  const here = place();
  const { stack } = here;
  if (!isInside(here))
    throw new Trouble("it needs the cloud's addresses: run it with 'estate local exec -- estate local heal'");
  await freeDeadLock(here, stack);
  const state = JSON.parse(await pulumi(here, ["stack", "export", "--stack", stack])) as Checkpoint;
  const interrupted = state.deployment.pending_operations ?? [];
  process.stdout.write(`${JSON.stringify({ interrupted: interrupted.length })}\n`);
  if (interrupted.length === 0) return;
  say(`The last update of stack ${stack} was interrupted while it changed ${interrupted.length} resources.`);
  const openstack = connect(await readCloud(join(here.data, "openstack", "clouds.yaml"), "estate"));
  const orphans = await orphansOf(state, openstack);
  for (const { what, remove } of orphans) {
    say(`  ${what} was made, but is in no state: it is removed, and made anew`);
    await remove(openstack);
  }
  // a server, say, lets go of its port only when it is gone
  if (orphans.length > 0)
    await pRetry(() => expectGone(state, openstack), { retries: 60, factor: 1, minTimeout: 1000 });
  await pulumi(here, ["stack", "import", "--stack", stack], JSON.stringify(withoutPending(state)));
}

async function expectGone(state: Checkpoint, openstack: OpenStack): Promise<void> {
  const left = await orphansOf(state, openstack);
  if (left.length > 0)
    throw new Trouble(
      `still there after a minute: ${left.map(({ what }) => what).join(", ")}; run the same command again`,
    );
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
