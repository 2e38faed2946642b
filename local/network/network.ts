import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { changes } from "../changes.ts";
import { metadataSecret } from "../openstack/secrets.ts";
import { connect } from "../openstack-client/client.ts";
import { readCloud } from "../openstack-client/clouds.ts";
import { Trouble } from "../say.ts";
import type { Stack } from "../stack.ts";
import { keepNetwork, type NetworkHandle } from "./handle.ts";

export type { NetworkHandle, NetworkStatus } from "./handle.ts";

/**
 * Makes what neutron and octavia hold true with packets, in the namespaces of the daemon, and keeps it so. OpenStack must
 * answer. Resolves when the first state has been brought about.
 */
export async function startNetwork(stack: Stack): Promise<NetworkHandle> {
  await Promise.all([...tools].map(([program, debian]) => need(program, debian)));
  stack.say("making neutron's networks");
  const cloud = connect(await readCloud(join(stack.data, "openstack", "clouds.yaml"), "admin"));
  const listener = await changes();
  return keepNetwork({
    cloud,
    supervisor: stack.supervisor,
    metadataSecret: await metadataSecret(stack),
    subscribe: (service, told) => listener.subscribe(service, told),
  });
}

/** The programs this part runs, and their Debian packages. */
const tools = new Map([
  ["ip", "iproute2"],
  ["nft", "nftables"],
  ["haproxy", "haproxy"],
  ["nsenter", "util-linux"],
]);

async function need(program: string, debian: string): Promise<void> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const found = await access(join(folder, program)).then(
      () => true,
      () => false,
    );
    if (found) return;
  }
  throw new Trouble(`the program '${program}' is missing; on Debian: apt-get install ${debian}`);
}
