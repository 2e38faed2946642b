import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { WebFacts } from "../stacks/web.ts";
import { createFloatingIp } from "./floatingIp.ts";
import type { HostAddress } from "./hostAddress.ts";
import type { Network } from "./network.ts";

export interface WebBalancerArgs {
  /** Name of the estate, for what a project may have of several. Changed in place. */
  readonly estate: string;
  /**
   * Another site replaces the load balancer and all that is behind it: its fixed address is another, its floating IP stays. Names follow;
   * no host is replaced.
   */
  readonly balancer: NonNullable<WebFacts["loadBalancer"]>;
  /** Names of the hosts behind it. One more or less is its member of each listener. Replacing a host changes nothing here. */
  readonly hosts: readonly string[];
  /** By host name. Another fixed address of a host replaces its members, deleted first. */
  readonly addresses: Readonly<Record<string, HostAddress>>;
  /**
   * Another subnet of the site replaces the load balancer, as another site does. Another external network replaces the floating IP, with
   * its address.
   */
  readonly network: Network;
}

/** What it listens on, and hands on to the same port of a host. */
const listeners = { http: 80, https: 443 } as const;

/**
 * How hosts are watched: the ingress says 503 as soon as it is asked to end, and takes requests for another 20 s (apps/ingress). Three times
 * in a row decide, so that a host comes and goes within 15 s, before its ingress does.
 */
const monitor = {
  ...{ type: "HTTP", httpMethod: "GET", urlPath: "/ping", expectedCodes: "200" },
  ...{ delay: 5, timeout: 3, maxRetries: 3, maxRetriesDown: 3 },
};

/** Milliseconds in which a connection may be silent: pages keep some open to be told of news. */
const silence = 600_000;

/**
 * Octavia's load balancer before the ingress. It passes TLS through and has no certificate; by the PROXY protocol it says who called.
 */
export class WebBalancer extends pulumi.ComponentResource {
  static readonly type = "estate:network:WebBalancer";
  /** The address it has on the estate's network. */
  readonly fixed: pulumi.Output<string>;
  /** The address people use: its floating IP where the estate has a network of its own, else the fixed one. */
  readonly announced: pulumi.Output<string>;

  constructor(name: string, args: WebBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super(WebBalancer.type, name, {}, opts);
    const { balancer, network } = args;
    const site = network.sites[balancer.site];
    if (!site) throw new pulumi.ResourceError(`no network of site ${balancer.site}`, this);
    const front = new openstack.loadbalancer.LoadBalancer(
      name,
      { name: `${args.estate}-web`, vipSubnetId: site.subnetId },
      // a floating IP needs the router, as that of a host does
      { parent: this, deleteBeforeReplace: false, dependsOn: [...network.routerInterfaces] },
    );
    for (const [kind, port] of Object.entries(listeners)) this.#listener(`${name}-${kind}`, port, front, args);
    this.fixed = front.vipAddress;
    const pool = network.floatingIpPool;
    const floating = pool ? createFloatingIp(name, { pool, portId: front.vipPortId }, this) : undefined;
    this.announced = floating?.address ?? this.fixed;
    this.registerOutputs({ fixed: this.fixed, announced: this.announced });
  }

  #listener(name: string, port: number, front: openstack.loadbalancer.LoadBalancer, args: WebBalancerArgs): void {
    const { estate, hosts, addresses } = args;
    const own = { parent: this, deleteBeforeReplace: true };
    const title = `${estate}-web-${port}`;
    const listener = new openstack.loadbalancer.Listener(
      name,
      {
        ...{ name: title, loadbalancerId: front.id, protocol: "TCP", protocolPort: port },
        ...{ timeoutClientData: silence, timeoutMemberData: silence },
      },
      own,
    );
    const pool = new openstack.loadbalancer.Pool(
      `${name}-pool`,
      { name: title, listenerId: listener.id, protocol: "PROXY", lbMethod: "LEAST_CONNECTIONS" },
      own,
    );
    new openstack.loadbalancer.Monitor(`${name}-monitor`, { name: title, poolId: pool.id, ...monitor }, own);
    for (const host of hosts) {
      const address = addresses[host]?.fixed;
      if (!address) throw new pulumi.ResourceError(`no address of host ${host}`, this);
      const member = { name: host, poolId: pool.id, address, protocolPort: port, monitorPort: listeners.http };
      new openstack.loadbalancer.Member(`${name}-member-${host}`, member, own);
    }
  }
}
