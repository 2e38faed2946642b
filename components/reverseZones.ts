import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { EstateFacts } from "../stacks/facts.ts";
import { reverseName, reverseZoneOf } from "../stacks/reverse.ts";
import type { ApiBalancer } from "./apiBalancer.ts";
import { ttl } from "./dns.ts";
import type { HostAddress } from "./hostAddress.ts";

export interface ReverseZonesArgs {
  /** Another range has other zones. A host that is added or removed changes the records that are its own. No host is replaced. */
  readonly facts: Pick<EstateFacts, "zone" | "reverse">;
  /** By host name. */
  readonly addresses: Readonly<Record<string, HostAddress>>;
  /** Its floating IP leads back to the API's name. */
  readonly balancer?: ApiBalancer | undefined;
}

const cure =
  "add its range to network.reverseRanges, or leave these out where the zones of floating IPs are not the estate's";

/**
 * The zones of Designate in which addresses lead back to names: those on the estate's networks, and floating IPs where their zone is
 * delegated to the estate. Elsewhere the names of floating IPs are the cloud's to give (`openstack ptr record set`).
 */
export class ReverseZones extends pulumi.ComponentResource {
  static readonly type = "estate:network:ReverseZones";

  constructor(name: string, { facts, addresses, balancer }: ReverseZonesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(ReverseZones.type, name, {}, opts);
    const { zones, fixed, floating } = facts.reverse;
    const own = { parent: this, deleteBeforeReplace: true };
    const ids = Object.fromEntries(
      zones.map((zone) => {
        const args = { name: `${zone}.`, email: `hostmaster@${facts.zone}`, ttl };
        return [zone, new openstack.dns.Zone(`${name}-${zone}`, args, own).id];
      }),
    );
    const record = (key: string, address: pulumi.Output<string>, target: string) =>
      new openstack.dns.RecordSet(
        `${name}-${key}`,
        {
          zoneId: pulumi.all([address, ids]).apply(([one, all]) => all[reverseZoneOf(one, zones, cure)] ?? ""),
          name: address.apply((one) => `${reverseName(one)}.`),
          ...{ type: "PTR", ttl, records: [`${target}.`] },
        },
        own,
      );
    const of = (host: string): HostAddress => {
      const address = addresses[host];
      if (!address) throw new pulumi.ResourceError(`no address of host ${host}`, this);
      return address;
    };
    for (const [host, target] of Object.entries(fixed)) record(host, of(host).fixed, target);
    // no host has this name
    for (const [key, target] of Object.entries(floating))
      record(`${key}.floating`, (key === "api" && balancer ? balancer : of(key)).announced, target);
    this.registerOutputs({});
  }
}
