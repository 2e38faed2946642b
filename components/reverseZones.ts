import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { EstateFacts } from "../stacks/facts.ts";
import { reverseName, reverseZoneOf } from "../stacks/reverse.ts";
import { ttl } from "./dns.ts";
import type { HostAddress } from "./hostAddress.ts";

export interface ReverseZonesArgs {
  /** Another range of a site has other zones. A host that is added or removed changes the one record that is its own. */
  readonly facts: Pick<EstateFacts, "zone" | "pools" | "reverse">;
  /** By host name. */
  readonly addresses: Readonly<Record<string, HostAddress>>;
}

/**
 * The zones of Designate in which addresses on the estate's networks lead back to `<host>.internal.<zone>`. There are none for
 * floating IPs: their names are the cloud's to give.
 */
export class ReverseZones extends pulumi.ComponentResource {
  static readonly type = "estate:network:ReverseZones";

  constructor(name: string, { facts, addresses }: ReverseZonesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(ReverseZones.type, name, {}, opts);
    const { zones, hosts } = facts.reverse;
    const own = { parent: this, deleteBeforeReplace: true };
    const ids = Object.fromEntries(
      zones.map((zone) => {
        const args = { name: `${zone}.`, email: `hostmaster@${facts.zone}`, ttl };
        return [zone, new openstack.dns.Zone(`${name}-${zone}`, args, own).id];
      }),
    );
    for (const host of facts.pools.flatMap((pool) => pool.hosts)) {
      const fixed = addresses[host.name]?.fixed;
      if (!fixed || !hosts.includes(host.name)) continue;
      new openstack.dns.RecordSet(
        `${name}-${host.name}`,
        {
          zoneId: pulumi.all([fixed, ids]).apply(([address, all]) => all[reverseZoneOf(address, zones)] ?? ""),
          name: fixed.apply((address) => `${reverseName(address)}.`),
          ...{ type: "PTR", ttl, records: [`${host.names.internal}.`] },
        },
        own,
      );
    }
    this.registerOutputs({});
  }
}
