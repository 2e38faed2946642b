import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { ApiFacts, EstateFacts } from "../stacks/facts.ts";
import { createFloatingIp } from "./floatingIp.ts";
import type { Network } from "./network.ts";

export interface ApiVipArgs {
  /** Changed in place. */
  readonly facts: Pick<EstateFacts, "name">;
  /** Another site replaces the address, and with it the orchestrator's servers, which are told it. */
  readonly vip: NonNullable<ApiFacts["vip"]>;
  /**
   * Another network of the site replaces the port, made before the old one goes; another subnet gives it another address in place. Either
   * is another VIP, and replaces the servers. Another external network replaces the floating IP, with its address, and no server.
   */
  readonly network: Network;
}

/**
 * An address before the orchestrator's API that one of its servers has at a time. The port keeps it for the estate and is never a
 * server's: neutron lets the servers' own ports have it too (their allowed address pairs), and the servers agree on whose it is.
 */
export class ApiVip extends pulumi.ComponentResource {
  static readonly type = "estate:network:ApiVip";
  /** The address it has on the estate's network. Servers are told it, so that another one replaces them. */
  readonly fixed: pulumi.Output<string>;
  /** The address administrators use: its floating IP. */
  readonly announced: pulumi.Output<string>;
  /** Without these nobody reaches the API by its names. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, { facts, vip, network }: ApiVipArgs, opts?: pulumi.ComponentResourceOptions) {
    super(ApiVip.type, name, {}, opts);
    const site = network.sites[vip.site];
    if (!site || network.floatingIpPool === undefined)
      throw new pulumi.ResourceError(`no network of the estate's own in site ${vip.site}`, this);
    const port = new openstack.networking.Port(
      `${name}-port`,
      {
        ...{ name: `${facts.name}-api`, networkId: site.networkId, adminStateUp: true },
        fixedIps: [{ subnetId: site.subnetId }],
        // what comes to the address is judged at the port of the server that has it
        noSecurityGroups: true,
      },
      // Servers are told the address: deleted first, the port would take them away undrained.
      { parent: this, deleteBeforeReplace: false },
    );
    this.fixed = port.allFixedIps.apply((addresses) => addresses[0] ?? "");
    const floating = createFloatingIp(
      name,
      { pool: network.floatingIpPool, portId: port.id, after: network.routerInterfaces },
      this,
    );
    this.announced = floating.address;
    this.ready = [floating.association];
    this.registerOutputs({ fixed: this.fixed, announced: this.announced });
  }
}
