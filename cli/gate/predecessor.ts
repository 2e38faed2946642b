import type { Gate } from "./gate.ts";
import { isMember, isOf, isReady, serverOf } from "./node.ts";

/**
 * Takes away the node of a server that nova no longer knows, where the host of its name is to join: k3s keeps a name for who has the node's
 * password, and that went with the server. A drain does this while the server stands; none did where the servers of an estate went
 * and its datastore stayed, on a volume of the base. Members of etcd are left to operators, and so is a node that is heard.
 *
 * @returns what is waited for then; nothing if there is no such node, or it cannot be known
 */
export async function takePredecessor({ cluster, cloud, host, serverId, say }: Gate): Promise<string | undefined> {
  const node = await cluster.node(host).catch(() => undefined);
  if (!node || isOf(node, serverId) || isReady(node) || isMember(node)) return undefined;
  const before = serverOf(node);
  if (!before || (await cloud.server(before).catch(() => "unknown"))) return undefined;
  try {
    await cluster.deleteNode(host, node);
  } catch (error) {
    return `the node of its name is that of ${before}, which is gone, and cannot be taken away (${(error as Error).message})`;
  }
  say(`the node of its name was that of ${before}, which is gone: taken away`);
  return "there is no node of its name yet";
}
