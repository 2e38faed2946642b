import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { HostFacts, VolumeFacts } from "../stacks/facts.ts";
import type { KeptVolume } from "../stacks/lostVolumes.ts";

export interface HostVolumesArgs {
  /** Name of the estate, in the description: another estate of the project may have a volume of the same name. Changed in place. */
  readonly estate: string;
  /**
   * GiB: a larger size grows a volume in place. One more or less is that volume alone, and replaces the host, which has it from its start.
   * Another type would be another, empty volume: what shrinks or is of another type is refused before (`stacks/lostVolumes.ts`).
   */
  readonly facts: Pick<HostFacts, "name" | "volumes">;
  /** Whether the engine refuses to delete them. Changing it touches no volume. */
  readonly protect: boolean;
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

  constructor(name: string, { facts, estate, protect }: HostVolumesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(HostVolumes.type, name, {}, opts);
    this.volumes = facts.volumes.map((volume) => {
      const { sizeGiB: size, type } = volume;
      const { id } = new openstack.blockstorage.Volume(
        `${name}-${volume.name}`,
        {
          ...{ ...inputsOf(`${facts.name}-${volume.name}`, estate), size },
          ...(type ? { volumeType: type } : {}),
        },
        // The server is linked to it: deleted first, it would take the server away undrained.
        { parent: this, deleteBeforeReplace: false, protect },
      );
      return { ...volume, id };
    });
    this.registerOutputs({});
  }
}

export interface KeptVolumesArgs {
  /** Name of the estate, in the description. Changed in place. */
  readonly estate: string;
  /** Those that the document keeps though their hosts are gone. Each is in the state. One that is no longer here is deleted, with its data. */
  readonly volumes: readonly KeptVolume[];
  /** Whether the engine refuses to delete them. Changing it touches no volume. */
  readonly protect: boolean;
}

/**
 * Volumes whose hosts are no longer in the document, and that it keeps (`removal.volumes`). It is of the same type as the volumes of a
 * host, so that each is the same resource as before, and again when its host comes back. Size and type stay as they are.
 */
export class KeptVolumes extends pulumi.ComponentResource {
  constructor(name: string, { estate, volumes, protect }: KeptVolumesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(HostVolumes.type, name, {}, opts);
    for (const { name: whole, sizeGiB: size } of volumes)
      new openstack.blockstorage.Volume(
        whole,
        { ...inputsOf(whole, estate), size },
        { parent: this, deleteBeforeReplace: false, ignoreChanges: ["size", "volumeType"], protect },
      );
    this.registerOutputs({});
  }
}

/** What all volumes have. */
function inputsOf(name: string, estate: string) {
  return { name, description: `Estate ${estate}`, enableOnlineResize: true };
}
