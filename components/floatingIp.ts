import * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";

export interface FloatingIpArgs {
  /** Name of the external network it is from. Changing it replaces the floating IP, with its address. */
  readonly pool: string;
  /** What it leads to. Changing it changes neither address. */
  readonly portId: pulumi.Input<string>;
  /** The ways in, without which it leads nowhere. @default none */
  readonly after?: readonly pulumi.Resource[];
}

/** A floating IP that leads to a port. It is described by `name`, and outlives what stands behind the port. */
export function createFloatingIp(name: string, { pool, portId, after = [] }: FloatingIpArgs, parent: pulumi.Resource) {
  const ip = new openstack.networking.FloatingIp(`${name}-floating-ip`, { pool, description: name }, { parent });
  const association = new openstack.networking.FloatingIpAssociate(
    `${name}-floating-ip-association`,
    { floatingIp: ip.address, portId },
    { parent, dependsOn: [...after], deleteBeforeReplace: true },
  );
  return { address: ip.address, association };
}
