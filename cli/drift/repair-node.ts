import { setTimeout as sleep } from "node:timers/promises";
import { Trouble } from "../../local/say.ts";
import type { Cluster } from "./cluster.ts";
import type { Finding } from "./finding.ts";
import { openCloud, openCluster } from "./ground.ts";
import type { Prepared } from "./repair.ts";

/** Seconds in which a host that restarts must be a node again. */
const patience = 600;

/** Brings a host's node back: k3s registers it when it starts, so the server is restarted. Its disk and addresses stay. */
export async function restartNode(stack: string, { name, place }: Finding): Promise<Prepared> {
  if (place?.in !== "openstack") throw new Trouble(`it is not known which server ${name} is`);
  const [openstack, cluster] = [await openCloud(), await openCluster(stack)];
  return {
    text: `This restarts the server of ${name}, so that its k3s registers the node again. No pod runs there now; what runs beside k3s (bbb, turn) is interrupted.`,
    act: async () => {
      await openstack.request("POST", "compute", `${place.path}/action`, { body: { reboot: { type: "SOFT" } } });
      await joined(cluster, name);
      return `The node ${name} is in the orchestrator, and ready.`;
    },
  };
}

/** @throws Trouble when the node is not ready in time */
export async function joined(
  cluster: Pick<Cluster, "nodes">,
  name: string,
  limit = patience,
  pause = 5,
): Promise<void> {
  for (let waited = 0; waited <= limit; waited += pause) {
    // the API may be away for a moment when the host is one of its own
    const nodes = await cluster.nodes().catch(() => []);
    if (nodes.some((node) => node.name === name && node.ready)) return;
    await sleep(pause * 1000);
  }
  throw new Trouble(
    `${name} was restarted, and is not a ready node after ${limit / 60} min: look at its console, or replace it with a new 'generation' in the document`,
  );
}
