import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { HostFacts, VolumeFacts } from "../stacks/facts.ts";

export interface HostVolumesArgs {
  /** Name of the estate, in the description: another estate of the project may have a volume of the same name. */
  readonly estate: string;
  /** A larger size grows a volume in place. */
  readonly facts: Pick<HostFacts, "name" | "volumes">;
}

/** A volume, and what the host needs to know of it. */
export interface HostVolume extends VolumeFacts {
  readonly id: pulumi.Output<string>;
}

/** The data volumes of a host, which outlive every server that has them. */
export class HostVolumes extends pulumi.ComponentResource {
  static readonly type = "estate:storage:HostVolumes";
  /** In the order of their names: the order in which the server has them. */
  readonly volumes: readonly HostVolume[];

  constructor(name: string, { facts, estate }: HostVolumesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(HostVolumes.type, name, {}, opts);
    this.volumes = facts.volumes.map((volume) => {
      const { sizeGiB: size, type } = volume;
      const { id } = new openstack.blockstorage.Volume(
        `${name}-${volume.name}`,
        {
          ...{ name: `${facts.name}-${volume.name}`, description: `Estate ${estate}`, size, enableOnlineResize: true },
          ...(type ? { volumeType: type } : {}),
        },
        // The server is linked to it: deleted first, it would take the server away undrained.
        { parent: this, deleteBeforeReplace: false },
      );
      return { ...volume, id };
    });
    this.registerOutputs({});
  }
}
