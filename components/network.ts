import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { EstateFacts } from "../stacks/facts.ts";

export interface NetworkArgs {
  /** Another range or name server replaces the subnet, and with it every port and host. */
  readonly facts: Pick<EstateFacts, "name" | "network">;
}

/** A network of the estate's own, behind a router to the cloud's external network. */
export class Network extends pulumi.ComponentResource {
  static readonly type = "estate:network:Network";
  readonly networkId: pulumi.Output<string>;
  readonly subnetId: pulumi.Output<string>;
  /** Name of the pool of floating IPs. */
  readonly floatingIpPool: string;
  /** The way out, and the way in for floating IPs. Hosts start after it. */
  readonly routerInterface: openstack.networking.RouterInterface;

  constructor(name: string, { facts }: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Network.type, name, {}, opts);
    // Ports and servers hang on these: deleted first, they would take every host with them.
    const stable = { parent: this, deleteBeforeReplace: false };
    const network = new openstack.networking.Network(name, { name: facts.name, adminStateUp: true }, stable);
    const subnet = new openstack.networking.Subnet(
      `${name}-subnet`,
      {
        ...{ name: facts.name, networkId: network.id, cidr: facts.network.cidr, ipVersion: 4, enableDhcp: true },
        dnsNameservers: Object.values(facts.network.nameservers).sort(),
      },
      stable,
    );
    const external = openstack.networking.getNetworkOutput(
      { name: facts.network.external, external: true },
      { parent: this },
    );
    const router = new openstack.networking.Router(
      `${name}-router`,
      { name: facts.name, adminStateUp: true, externalNetworkId: external.id },
      { parent: this },
    );
    this.routerInterface = new openstack.networking.RouterInterface(
      `${name}-router-interface`,
      { routerId: router.id, subnetId: subnet.id },
      { parent: this },
    );
    this.networkId = network.id;
    this.subnetId = subnet.id;
    this.floatingIpPool = facts.network.external;
    this.registerOutputs({});
  }
}
