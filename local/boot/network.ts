/** An interface as neutron's port has it. */
export interface HostInterface {
  readonly mac: string;
  /** With prefix length. */
  readonly addresses: readonly string[];
  /** Bytes of a packet. */
  readonly mtu: number;
}

/** What the boot part needs of the network: a small piece of `NetworkHandle`. */
export interface HostNetwork {
  /**
   * Resolves when everything neutron holds for the server is in place: the name (or path) of its network namespace, its
   * name servers and its interfaces. Throws when the server has no port.
   */
  settled(serverId: string): Promise<{
    readonly namespace: string;
    readonly nameservers: readonly string[];
    readonly interfaces: readonly HostInterface[];
  }>;
  /** Takes the links of a host up or down, as its power does. */
  setPower(serverId: string, on: boolean): Promise<void>;
  /** What keeps a host from opening a connection, as a sentence; nothing if the network lets it through. */
  whyBlocked(question: {
    readonly from: string;
    readonly to: string;
    readonly protocol: "tcp";
    readonly port: number;
  }): Promise<string | undefined>;
}
