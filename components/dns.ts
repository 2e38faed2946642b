import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { EstateFacts } from "../stacks/facts.ts";
import type { ApiBalancer } from "./apiBalancer.ts";
import type { HostAddress } from "./hostAddress.ts";

export interface DnsArgs {
  readonly facts: Pick<EstateFacts, "zone" | "api" | "pools">;
  /** By host name. */
  readonly addresses: Readonly<Record<string, HostAddress>>;
  /** What the API's names lead to. Changed in place. @default the orchestrator's servers */
  readonly balancer?: ApiBalancer | undefined;
}

/** Seconds that a resolver may keep a record: short, because addresses move with hosts that are added or removed. */
export const ttl = 60;

/**
 * The estate's zone in Designate. Each host has two names: `<host>.<zone>` leads to the address others are told,
 * `<host>.internal.<zone>` to the one on the estate's network; the orchestrator's API has the same two.
 */
export class Dns extends pulumi.ComponentResource {
  static readonly type = "estate:network:Dns";
  /** Without these nobody finds the API: gates and the Kubernetes provider come after them. */
  readonly api: readonly openstack.dns.RecordSet[];

  constructor(name: string, { facts, addresses, balancer }: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Dns.type, name, {}, opts);
    const zone = new openstack.dns.Zone(
      name,
      { name: `${facts.zone}.`, email: `hostmaster@${facts.zone}`, ttl },
      { parent: this, deleteBeforeReplace: true },
    );
    const record = (fqdn: string, records: readonly pulumi.Output<string>[]) =>
      new openstack.dns.RecordSet(
        `${name}-${fqdn.slice(0, -facts.zone.length - 1)}`,
        {
          zoneId: zone.id,
          name: `${fqdn}.`,
          type: "A",
          ttl,
          records: pulumi.all([...records]).apply((all) => all.sort()),
        },
        { parent: this, deleteBeforeReplace: true },
      );
    const of = (host: string): HostAddress => {
      const address = addresses[host];
      if (!address) throw new pulumi.ResourceError(`no address of host ${host}`, this);
      return address;
    };
    const hosts = facts.pools.flatMap((pool) => pool.hosts);
    for (const host of hosts) {
      record(host.names.announced, [of(host.name).announced]);
      record(host.names.internal, [of(host.name).fixed]);
    }
    const servers = hosts.filter((host) => host.runs.includes("orchestrator")).map((host) => of(host.name));
    const front = balancer ? [balancer] : servers;
    this.api = [
      record(
        facts.api.name,
        front.map((one) => one.announced),
      ),
      record(
        facts.api.internalName,
        front.map((one) => one.fixed),
      ),
    ];
    this.registerOutputs({});
  }
}
