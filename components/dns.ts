import type * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { EstateFacts } from "../stacks/facts.ts";
import { namesIn } from "../stacks/web.ts";
import { Designate } from "./designate.ts";
import type { HostAddress } from "./hostAddress.ts";

export interface DnsArgs {
  /**
   * Another zone replaces the zone and every record set; the hosts, which are told their names in it, are replaced by their user data. One
   * host more or less is its two record sets. The orchestrator's servers are what the API's names lead to: changed in place.
   */
  readonly facts: Pick<EstateFacts, "zone" | "api" | "pools">;
  /** By host name. Another address of a host changes its record sets in place. */
  readonly addresses: Readonly<Record<string, HostAddress>>;
}

/** Something that a name leads to. */
export type Addressed = Pick<HostAddress, "announced" | "fixed">;

/**
 * The estate's zone in Designate. Each host has two names: `<host>.<zone>` leads to the address others are told,
 * `<host>.internal.<zone>` to the one on the estate's network; the orchestrator's API has the same two.
 */
export class Dns extends pulumi.ComponentResource {
  static readonly type = "estate:network:Dns";
  readonly #name: string;
  readonly #args: DnsArgs;
  readonly #designate: Designate;
  readonly #zone: openstack.dns.Zone;

  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Dns.type, name, {}, opts);
    const { zone } = args.facts;
    this.#name = name;
    this.#args = args;
    this.#designate = new Designate(name, this);
    this.#zone = this.#designate.zone(name, zone, `hostmaster@${zone}`);
    for (const host of args.facts.pools.flatMap((pool) => pool.hosts)) {
      this.#record(host.names.announced, [this.#of(host.name).announced]);
      this.#record(host.names.internal, [this.#of(host.name).fixed]);
    }
    this.registerOutputs({});
  }

  /**
   * The API's names. Without them nobody finds it: gates and the Kubernetes provider come after them.
   *
   * @param front what they lead to; undefined: the orchestrator's servers. Changed in place
   * @param after they are made, and changed, after these
   */
  nameApi(front?: Addressed, after: readonly pulumi.Resource[] = []): readonly openstack.dns.RecordSet[] {
    const { api, pools } = this.#args.facts;
    const servers = pools.flatMap(({ hosts }) => hosts).filter(({ runs }) => runs.includes("orchestrator"));
    const ends = front ? [front] : servers.map(({ name }) => this.#of(name));
    const announced = ends.map((one) => one.announced);
    const fixed = ends.map((one) => one.fixed);
    return [this.#record(api.name, announced, after), this.#record(api.internalName, fixed, after)];
  }

  /**
   * Names of pages. Those of other zones are for whoever has these.
   *
   * @param hosts what they lead to, by name, unless something stands before them
   */
  nameWeb(names: readonly string[], hosts: readonly string[], front?: Addressed): void {
    const { zone } = this.#args.facts;
    const ends = front ? [front] : hosts.map((host) => this.#of(host));
    const announced = ends.map((one) => one.announced);
    for (const name of namesIn(zone, names)) this.#record(name, announced);
  }

  #record(fqdn: string, records: readonly pulumi.Output<string>[], after: readonly pulumi.Resource[] = []) {
    const sorted = pulumi.all([...records]).apply((all) => all.sort());
    return this.#designate.recordSet(
      // the zone's own name has no label before it
      `${this.#name}-${fqdn.slice(0, -this.#args.facts.zone.length - 1) || "@"}`,
      { zoneId: this.#zone.id, name: `${fqdn}.`, type: "A", records: sorted },
      after,
    );
  }

  #of(host: string): HostAddress {
    const address = this.#args.addresses[host];
    if (!address) throw new pulumi.ResourceError(`no address of host ${host}`, this);
    return address;
  }
}
