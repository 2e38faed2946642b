import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { changes } from "../changes.ts";
import { connect } from "../openstack-client/client.ts";
import { readCloud } from "../openstack-client/clouds.ts";
import { Trouble } from "../say.ts";
import type { Stack } from "../stack.ts";
import { Breaks, parseBreak } from "./breaks.ts";
import type { Cluster } from "./cluster.ts";
import { limiter } from "./limit.ts";
import { Machines } from "./machines.ts";
import { startMirror } from "./mirror.ts";
import type { HostNetwork } from "./network.ts";
import { type Nova, novaOf } from "./nova.ts";
import { Reasons } from "./reasons.ts";
import { prepareImage } from "./root/assemble.ts";
import type { HostStatus } from "./status.ts";
import { Volumes } from "./volumes.ts";

export type { HostStatus } from "./status.ts";

/** The hosts of a running local stack. Hosts are named as in nova, or by server id. */
export interface BootHandle {
  hosts(): readonly HostStatus[];
  /** One sentence: why hosts are perhaps not what nova wants, if so. */
  trouble(): string | undefined;
  /** One sentence: why a host has not joined, if so. Throws `Trouble` for an unknown host. */
  reason(host: string): string | undefined;
  /** Makes a host fail: `never-boots`, `boots-late:SECONDS`, `dies-after:SECONDS`, `none`. From its next boot, dying also now. */
  break(host: string, mode: string): Promise<void>;
  /** Switches all hosts off. */
  stop(): Promise<void>;
}

/** What differs between the local stack and a test of this part alone. */
interface BootOptions {
  readonly data: string;
  readonly supervisor: Stack["supervisor"];
  readonly ignition: string;
  readonly kubernetes?: string;
  readonly network: HostNetwork;
  readonly nova: Nova;
  /** @default /run */
  readonly run?: string;
}

/** Makes a host of each server of the cloud, from now on. Resolves when it watches; hosts come up by and by. */
export async function startBoot(stack: Stack, network: HostNetwork): Promise<BootHandle> {
  const cloud = connect(await readCloud(join(stack.data, "openstack", "clouds.yaml"), "admin"));
  const mirror = await startMirror(stack.data);
  const { machines, handle } = await createBoot({ ...stack, network, nova: novaOf(cloud) });
  const heard = await changes();
  const unsubscribe = ["nova", "cinder"].map((kind) => heard.subscribe(kind, () => machines.kick()));
  return {
    ...handle,
    async stop() {
      for (const end of unsubscribe) end();
      mirror.close();
      mirror.closeAllConnections();
      await handle.stop();
    },
  };
}

/** The same, for any cloud and any network. */
export async function createBoot(options: BootOptions): Promise<{ machines: Machines; handle: BootHandle }> {
  const { data, supervisor, ignition, kubernetes, network, nova, run = "/run" } = options;
  await mkdir(join(data, "hosts"), { recursive: true, mode: 0o700 });
  const breaks = new Breaks(data);
  const cluster: Cluster = {
    data,
    run,
    ignition,
    ...(kubernetes && { kubernetes }),
    image: await prepareImage(run),
    supervisor,
    network,
    nova,
    volumes: new Volumes(data),
    breaks,
    played: ["mirror", join("image", "bin")].flatMap((folder) => readdirSync(join(import.meta.dirname, folder))),
    limit: limiter(Math.max(2, availableParallelism()), 15),
  };
  const machines = new Machines(cluster, nova);
  const reasons = new Reasons(network);
  const find = (name: string) => {
    const found = [...machines.hosts.values()].find(({ server }) => server.name === name || server.id === name);
    if (!found) throw new Trouble(`there is no host named ${name}; 'estate local status' lists them`);
    return found;
  };
  machines.start();
  const statusOf = (status: HostStatus): HostStatus => {
    const reason = reasons.improved(status.id, status.reason);
    return { ...status, ...(reason && { reason }) };
  };
  const handle: BootHandle = {
    hosts: () => [...machines.hosts.values()].map((host) => statusOf(host.status())),
    trouble: () => (machines.trouble === undefined ? undefined : `nova cannot be asked: ${machines.trouble}`),
    reason: (name) => statusOf(find(name).status()).reason,
    async break(name, mode) {
      const host = find(name);
      const how = parseBreak(mode);
      await breaks.set(host.server.name, mode);
      if (how?.kind === "dies-after" && host.up) host.dieAfter(how.seconds);
    },
    stop: () => machines.end(),
  };
  return { machines, handle };
}
