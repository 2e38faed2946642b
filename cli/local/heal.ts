import { join } from "node:path";
import { isInside } from "../../local/daemon/launch.ts";
import { connect } from "../../local/openstack-client/client.ts";
import { readCloud } from "../../local/openstack-client/clouds.ts";
import { place } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { heal } from "../heal.ts";
import { pulumi } from "./pulumi.ts";

/**
 * Puts the local stack right after its engine was killed; waits for one that still runs. What it does, it says on standard error; how
 * many operations were interrupted, on standard output.
 */
export async function healLocal(): Promise<void> {
  const here = place();
  if (!isInside(here))
    throw new Trouble("it needs the cloud's addresses: run it with 'estate local exec -- estate local heal'");
  const interrupted = await heal({
    ...{ stack: here.stack, backend: `file://${join(here.data, "state")}`, shared: false },
    ...{ whileItRuns: "wait", prefix: "estate local exec -- " },
    pulumi: (command, input) => pulumi(here, command, input),
    openstack: async () => connect(await readCloud(join(here.data, "openstack", "clouds.yaml"), "estate")),
    say: (line) => void process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${JSON.stringify({ interrupted })}\n`);
}
