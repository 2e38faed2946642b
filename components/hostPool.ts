import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { HostFacts, PoolFacts } from "../stacks/facts.ts";
import { downHosts } from "./downHosts.ts";
import { Host, type HostArgs } from "./host.ts";
import type { Recorded } from "./recorded.ts";
import { rolloutOrder } from "./rolloutOrder.ts";

export interface HostPoolArgs {
  /**
   * The role and its hosts. One more or less is that host alone; what replaces one is said at `HostArgs`. Another `rollout.width` only
   * changes who waits for whom. Another `antiAffinity` replaces the server group, and so the hosts, in order.
   */
  readonly facts: PoolFacts;
  /**
   * Name of the estate, for what a project may have of several: in it, roles may have the same names. Changing it replaces the server
   * group, where there is one, and so the hosts.
   */
  readonly estate: string;
  /** What the state holds already; decides who waits for whom, and nothing else. */
  readonly recorded: Recorded | undefined;
  /** Hosts of this pool that exist are replaced after these: the pools before. Changing them changes the order alone. */
  readonly after: readonly pulumi.Resource[];
  /** Whether its hosts are members of one datastore, which also come one at a time. Changing it changes the order alone. @default false */
  readonly members?: boolean;
  /** What one host is made of, apart from its place in the rollout; what changing it does is said at `HostArgs`. */
  readonly host: (facts: HostFacts) => Omit<HostArgs, "waitFor" | "facts" | "estate" | "serverGroup">;
}

/** The hosts of a role. They are made at once and replaced in order, `width` at a time, each after the one before is ready. */
export class HostPool extends pulumi.ComponentResource {
  static readonly type = "estate:compute:HostPool";
  /** By name. */
  readonly hosts: Readonly<Record<string, Host>>;
  /** The gates of all its hosts. */
  readonly ready: readonly pulumi.Resource[];
  /** What hosts of the next pool are replaced after: of a pool whose hosts wait for nobody, also the pools before it. */
  readonly turn: readonly pulumi.Resource[];

  constructor(name: string, args: HostPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super(HostPool.type, name, {}, opts);
    const { facts, recorded } = args;
    const down = downHosts(process.env);
    const turns = rolloutOrder({
      hosts: facts.hosts.map((host) => host.name),
      exists: recorded && ((host) => recorded.has("openstack:compute/instance:Instance", host)),
      down: (host) => down.has(host),
      width: facts.rollout.width,
      members: args.members ?? false,
    });
    const serverGroup = this.#serverGroup(name, args.estate, facts);
    const hosts: Record<string, Host> = {};
    for (const { host: name, after, first } of turns) {
      const host = facts.hosts.find((one) => one.name === name);
      if (!host) continue;
      const before = after === undefined ? undefined : hosts[after];
      const waitFor = [...(first ? args.after : []), ...(before ? [before.ready] : [])];
      hosts[host.name] = new Host(
        host.name,
        { ...args.host(host), facts: host, estate: args.estate, waitFor, serverGroup },
        { parent: this },
      );
    }
    this.hosts = hosts;
    this.ready = Object.values(hosts).map((host) => host.ready);
    this.turn = turns.some(({ first }) => first) ? this.ready : [...args.after, ...this.ready];
    this.registerOutputs({});
  }

  /** Keeps the hosts on different machines. Never deleted first: servers are linked to it, and would go with it undrained. */
  #serverGroup(
    name: string,
    estate: string,
    { role, antiAffinity }: Pick<PoolFacts, "role" | "antiAffinity">,
  ): pulumi.Output<string> | undefined {
    if (antiAffinity === "none") return undefined;
    const policies = [antiAffinity === "soft" ? "soft-anti-affinity" : "anti-affinity"];
    const options = { parent: this, deleteBeforeReplace: false };
    return new openstack.compute.ServerGroup(name, { name: `${estate}-${role}`, policies }, options).id;
  }
}
