import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { ApiFacts, EstateFacts, HostFacts } from "../stacks/facts.ts";
import { createFloatingIp } from "./floatingIp.ts";
import type { HostAddress } from "./hostAddress.ts";
import type { Network } from "./network.ts";

export interface ApiBalancerArgs {
  /** The estate's name is changed in place. Another port of the API replaces the listener and each member, deleted first. */
  readonly facts: Pick<EstateFacts, "name" | "api">;
  /**
   * Its callers are changed in place. Another site replaces the load balancer and all that is behind it: its fixed address is another,
   * its floating IP stays, and the API's names follow. No host is replaced.
   */
  readonly balancer: NonNullable<ApiFacts["loadBalancer"]>;
  /** Each is a member by its name and its port's address, which outlive its servers: replacing one changes nothing here. */
  readonly servers: readonly HostFacts[];
  /** By host name. Another fixed address of a server replaces its member, deleted first. */
  readonly addresses: Readonly<Record<string, HostAddress>>;
  /**
   * Another subnet of the site replaces the load balancer, as another site does. Another external network replaces the floating IP, with
   * its address.
   */
  readonly network: Network;
}

/**
 * How members are watched. An API server that runs refuses who shows no certificate (401), as k3s has it; one that is still to come is
 * k3s's own 503. Three times in a row decide, so that a member comes and goes within 15 s.
 */
const monitor = {
  ...{ type: "HTTPS", httpMethod: "GET", urlPath: "/readyz", expectedCodes: "200,401" },
  ...{ delay: 5, timeout: 3, maxRetries: 3, maxRetriesDown: 3 },
};

/** Milliseconds in which a connection may be silent: watches of Kubernetes are, for minutes. */
const silence = 600_000;

/** Octavia's load balancer before the orchestrator's API. It passes TLS through and has no certificate. */
export class ApiBalancer extends pulumi.ComponentResource {
  static readonly type = "estate:network:ApiBalancer";
  /** The address it has on the estate's network. */
  readonly fixed: pulumi.Output<string>;
  /** The address administrators use: its floating IP where the estate has a network of its own, else the fixed one. */
  readonly announced: pulumi.Output<string>;
  /** Without these nobody reaches the API by its names. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: ApiBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super(ApiBalancer.type, name, {}, opts);
    const { facts, balancer, network } = args;
    const site = network.sites[balancer.site];
    if (!site) throw new pulumi.ResourceError(`no network of site ${balancer.site}`, this);
    const title = `${facts.name}-api`;
    const own = { parent: this, deleteBeforeReplace: false };
    const front = new openstack.loadbalancer.LoadBalancer(
      name,
      { name: title, vipSubnetId: site.subnetId },
      // a floating IP needs the router, as that of a host does
      { ...own, dependsOn: [...network.routerInterfaces] },
    );
    const listener = new openstack.loadbalancer.Listener(
      `${name}-listener`,
      {
        ...{ name: title, loadbalancerId: front.id, protocol: "TCP", protocolPort: facts.api.port },
        ...{ allowedCidrs: [...balancer.callers], timeoutClientData: silence, timeoutMemberData: silence },
      },
      // two of them cannot listen on one port
      { ...own, deleteBeforeReplace: true },
    );
    this.fixed = front.vipAddress;
    const floating = network.floatingIpPool
      ? createFloatingIp(name, { pool: network.floatingIpPool, portId: front.vipPortId }, this)
      : undefined;
    this.announced = floating?.address ?? this.fixed;
    this.ready = [listener, ...this.#pool(name, title, listener, args), ...(floating ? [floating.association] : [])];
    this.registerOutputs({ fixed: this.fixed, announced: this.announced });
  }

  #pool(
    name: string,
    title: string,
    listener: openstack.loadbalancer.Listener,
    { facts, servers, addresses }: ApiBalancerArgs,
  ): pulumi.Resource[] {
    const own = { parent: this, deleteBeforeReplace: true };
    const pool = new openstack.loadbalancer.Pool(
      `${name}-pool`,
      { name: title, listenerId: listener.id, protocol: "TCP", lbMethod: "LEAST_CONNECTIONS" },
      own,
    );
    const watch = new openstack.loadbalancer.Monitor(
      `${name}-monitor`,
      { name: title, poolId: pool.id, ...monitor },
      own,
    );
    const members = servers.map((server) => {
      const address = addresses[server.name]?.fixed;
      if (!address) throw new pulumi.ResourceError(`no address of host ${server.name}`, this);
      const args = { name: server.name, poolId: pool.id, address, protocolPort: facts.api.port };
      return new openstack.loadbalancer.Member(`${name}-member-${server.name}`, args, own);
    });
    return [pool, watch, ...members];
  }
}
