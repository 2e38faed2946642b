import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { EstateFacts } from "../stacks/facts.ts";

export interface NetworkArgs {
  /**
   * Another range of a site or another mode replaces the subnet, and with it every port and host of it. Name servers are changed in place,
   * and so is DHCP; hosts are told both at boot, and are replaced for it by their user data.
   */
  readonly facts: Pick<EstateFacts, "name" | "network" | "sites">;
}

/** Where the hosts of a site are. */
export interface SiteNetwork {
  readonly networkId: pulumi.Output<string>;
  readonly subnetId: pulumi.Output<string>;
  /** Address of the way out. */
  readonly gateway: pulumi.Output<string>;
  /** Bytes of a packet, where the cloud says. */
  readonly mtu: pulumi.Output<number | undefined>;
}

/**
 * The network of every site. In mode `private` they are the estate's own, behind one router to the cloud's external network;
 * in mode `provider` they are the cloud's, and only looked up.
 */
export class Network extends pulumi.ComponentResource {
  static readonly type = "estate:network:Network";
  /** By the name of the site. */
  readonly sites: Readonly<Record<string, SiteNetwork>>;
  /** Name of the pool of floating IPs; none in mode `provider`. */
  readonly floatingIpPool: string | undefined;
  /** The ways out, and in for floating IPs. Hosts start after them. */
  readonly routerInterfaces: readonly openstack.networking.RouterInterface[];

  constructor(name: string, { facts }: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Network.type, name, {}, opts);
    const { network } = facts;
    if (network.mode === "provider") {
      this.sites = mapValues(facts.sites, (site) => this.#found(site.network ?? "", site.cidr));
      this.routerInterfaces = [];
    } else {
      const subnets = mapValues(facts.sites, (site, key) =>
        this.#own(`${name}-${key}`, `${facts.name}-${key}`, site.cidr, network),
      );
      const router = this.#router(name, facts.name, network.external);
      this.sites = subnets;
      this.floatingIpPool = network.external;
      this.routerInterfaces = Object.entries(subnets).map(
        ([key, { subnetId }]) =>
          new openstack.networking.RouterInterface(
            `${name}-${key}-router-interface`,
            { routerId: router.id, subnetId },
            { parent: this },
          ),
      );
    }
    this.registerOutputs({});
  }

  #own(name: string, title: string, cidr: string, network: EstateFacts["network"] & { mode: "private" }): SiteNetwork {
    // Ports and servers hang on these: deleted first, they would take every host with them.
    const stable = { parent: this, deleteBeforeReplace: false };
    const mtu = network.mtu === undefined ? {} : { mtu: network.mtu };
    const own = new openstack.networking.Network(name, { name: title, adminStateUp: true, ...mtu }, stable);
    const subnet = new openstack.networking.Subnet(
      `${name}-subnet`,
      {
        ...{ name: title, networkId: own.id, cidr, ipVersion: 4, enableDhcp: network.addressing === "dhcp" },
        dnsNameservers: Object.values(network.nameservers).sort(),
      },
      stable,
    );
    return { networkId: own.id, subnetId: subnet.id, gateway: subnet.gatewayIp, mtu: own.mtu };
  }

  #found(networkName: string, cidr: string): SiteNetwork {
    const network = openstack.networking.getNetworkOutput({ name: networkName }, { parent: this });
    const subnet = openstack.networking.getSubnetOutput({ networkId: network.id, cidr }, { parent: this });
    return {
      networkId: network.id,
      subnetId: subnet.id,
      gateway: subnet.gatewayIp,
      mtu: network.apply(({ mtu }) => mtu),
    };
  }

  #router(name: string, title: string, externalName: string): openstack.networking.Router {
    const external = openstack.networking.getNetworkOutput({ name: externalName, external: true }, { parent: this });
    return new openstack.networking.Router(
      `${name}-router`,
      { name: title, adminStateUp: true, externalNetworkId: external.id },
      { parent: this },
    );
  }
}

function mapValues<From, To>(
  from: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value, key)]));
}
