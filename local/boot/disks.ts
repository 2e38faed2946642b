import type { Cluster } from "./cluster.ts";
import type { ServerFacts } from "./decide.ts";
import type { HostPaths } from "./root/paths.ts";
import { type Device, devicesOf } from "./volumes.ts";

/** The disks of one host besides its own: the volumes that nova has attached to its server. */
export class Disks {
  readonly #cluster: Pick<Cluster, "nova" | "volumes">;
  readonly #paths: HostPaths;
  #devices: readonly Device[] = [];

  constructor(cluster: Pick<Cluster, "nova" | "volumes">, paths: HostPaths) {
    this.#cluster = cluster;
    this.#paths = paths;
  }

  /** Shows the host what is attached now, and takes away what no longer is. */
  async plug({ id, volumes: attached }: Pick<ServerFacts, "id" | "volumes">): Promise<void> {
    const { nova, volumes } = this.#cluster;
    this.#devices = devicesOf(attached.length > 0 ? await nova.attachments(id) : []);
    await volumes.plug(this.#paths, this.#devices);
  }

  /** What `what` of a mount unit means: its file system, and its folder once it is asked for. None if the host has no such disk. */
  async source(what: string) {
    const { volumes } = this.#cluster;
    const device = await volumes.find(this.#devices, what);
    if (!device) return undefined;
    const { TYPE: type, UUID: uuid = "" } = await volumes.probe(device.volumeId);
    return { ...(type && { type }), folder: () => volumes.content(device.volumeId, uuid) };
  }
}
