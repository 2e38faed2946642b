import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { InterfaceFacts } from "../ignition/network.ts";
import type { HostFacts } from "../stacks/facts.ts";
import { createFloatingIp } from "./floatingIp.ts";
import type { Network } from "./network.ts";

export interface HostAddressArgs {
  /**
   * Another name renames the port in place (as a resource it is the component's name that counts). Another site replaces the port, and
   * so the host, which gets another address. A floating IP comes and goes (`publicAddress`) without the port.
   */
  readonly facts: Pick<HostFacts, "name" | "site" | "publicAddress">;
  /**
   * Another network of the site replaces the port, and so the host; another subnet of it gives the port another address, in place.
   * Another external network replaces the floating IP, with its address, and not the port.
   */
  readonly network: Network;
  /** Changed in place. */
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  /** An address of another port that the host may have too, alone and as it is: no range. Changed in place. @default none */
  readonly alsoAllowed?: pulumi.Input<string> | undefined;
}

/** Where a host is found, whichever stack has its port. */
export interface Address {
  readonly portId: pulumi.Output<string>;
  /** The address it has on the estate's network. */
  readonly fixed: pulumi.Output<string>;
  /** The address others are told: the floating IP where it has one, else the fixed one. */
  readonly announced: pulumi.Output<string>;
  /** What a host is told of its interface where no DHCP does it. It stays as it is as long as the port and its network do. */
  readonly interface: pulumi.Output<InterfaceFacts>;
  /** When these are done, the announced address leads to the port. None where another stack has made it. */
  readonly reachable: readonly pulumi.Resource[];
}

/** The stable part of a host: its port and its floating IP outlive every server that stands behind them. */
export class HostAddress extends pulumi.ComponentResource implements Address {
  static readonly type = "estate:network:HostAddress";
  readonly portId: pulumi.Output<string>;
  readonly fixed: pulumi.Output<string>;
  readonly announced: pulumi.Output<string>;
  readonly interface: pulumi.Output<InterfaceFacts>;
  readonly reachable: readonly pulumi.Resource[];

  constructor(name: string, args: HostAddressArgs, opts?: pulumi.ComponentResourceOptions) {
    super(HostAddress.type, name, {}, opts);
    const { facts, network } = args;
    const site = network.sites[facts.site];
    if (!site) throw new pulumi.ResourceError(`no network of site ${facts.site}`, this);
    const port = new openstack.networking.Port(
      `${name}-port`,
      {
        ...{ name: facts.name, networkId: site.networkId, adminStateUp: true },
        fixedIps: [{ subnetId: site.subnetId }],
        securityGroupIds: [...args.securityGroupIds],
        ...(args.alsoAllowed === undefined ? {} : { allowedAddressPairs: [{ ipAddress: args.alsoAllowed }] }),
      },
      // The server is linked to the port: deleted first, the port would take it away undrained.
      { parent: this, deleteBeforeReplace: false },
    );
    this.portId = port.id;
    this.fixed = port.allFixedIps.apply((addresses) => addresses[0] ?? "");
    this.interface = pulumi
      .all([port.macAddress, this.fixed, site.gateway, site.mtu])
      .apply(([mac, address, gateway, mtu]) => ({ mac, address, gateway, mtu }));
    const pool = facts.publicAddress ? network.floatingIpPool : undefined;
    const after = network.routerInterfaces;
    const floating = pool === undefined ? undefined : createFloatingIp(name, { pool, portId: port.id, after }, this);
    this.announced = floating?.address ?? this.fixed;
    this.reachable = [floating?.association ?? port];
    this.registerOutputs({ fixed: this.fixed, announced: this.announced });
  }
}
