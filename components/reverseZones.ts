import * as pulumi from "@pulumi/pulumi";
import type { EstateFacts } from "../stacks/facts.ts";
import { reverseName, reverseZoneOf } from "../stacks/reverse.ts";
import { Designate } from "./designate.ts";
import type { Addressed } from "./dns.ts";
import type { HostAddress } from "./hostAddress.ts";

export interface ReverseZonesArgs {
  /** Another range has other zones. A host that is added or removed changes the records that are its own. No host is replaced. */
  readonly facts: Pick<EstateFacts, "zone" | "reverse">;
  /** By host name. Another address, fixed or announced, replaces the record that leads back from it, deleted first. */
  readonly addresses: Readonly<Record<string, HostAddress>>;
  /** What stands before the API: its floating IP leads back to the API's name. Another one replaces that record. @default nothing */
  readonly front?: Addressed | undefined;
}

/** Ids of zones, by name. */
type Zones = Readonly<Record<string, pulumi.Output<string>>>;

const cures = {
  fixed:
    "its host was made when a site had another cidr; put that back, or make a site of its own of the new range and move hosts to it",
  floating:
    "add its range to network.reverseRanges, or leave these out where the zones of floating IPs are not the estate's",
} as const;

/**
 * The zones of Designate in which addresses lead back to names: those on the estate's networks, and floating IPs where their zone is
 * delegated to the estate. Elsewhere the names of floating IPs are the cloud's to give (`openstack ptr record set`).
 */
export class ReverseZones extends pulumi.ComponentResource {
  static readonly type = "estate:network:ReverseZones";
  readonly #designate: Designate;

  constructor(name: string, { facts, addresses, front }: ReverseZonesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(ReverseZones.type, name, {}, opts);
    this.#designate = new Designate(name, this);
    const of = (host: string): HostAddress => {
      const address = addresses[host];
      if (!address) throw new pulumi.ResourceError(`no address of host ${host}`, this);
      return address;
    };
    const { fixed, floating } = facts.reverse;
    const inside = this.#zones(name, fixed.zones, facts.zone);
    for (const [host, target] of Object.entries(fixed.names))
      this.#record(`${name}-${host}`, of(host).fixed, target, inside, cures.fixed);
    const outside = this.#zones(name, floating.zones, facts.zone);
    for (const [key, target] of Object.entries(floating.names)) {
      // no host has this name
      const { announced } = key === "api" && front ? front : of(key);
      this.#record(`${name}-${key}.floating`, announced, target, outside, cures.floating);
    }
    this.registerOutputs({});
  }

  #zones(name: string, zones: readonly string[], estate: string): Zones {
    const email = `hostmaster@${estate}`;
    return Object.fromEntries(zones.map((zone) => [zone, this.#designate.zone(`${name}-${zone}`, zone, email).id]));
  }

  /**
   * Which zone it is in is known with the address, and it comes after that one alone: were it made from all of them, a zone that is yet
   * to be made would leave the id of its own unknown, and a second site would replace the records of the first.
   */
  #record(name: string, address: pulumi.Output<string>, target: string, zones: Zones, cure: string): void {
    const zoneOf = (one: string) => reverseZoneOf(one, Object.keys(zones), cure);
    this.#designate.recordSet(name, {
      zoneId: address.apply((one) => pulumi.output(zones[zoneOf(one)] ?? "")),
      name: address.apply((one) => `${reverseName(one)}.`),
      ...{ type: "PTR", records: [`${target}.`] },
    });
  }
}
