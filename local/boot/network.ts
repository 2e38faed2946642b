/** What the boot part needs of the network: a small piece of `NetworkHandle`. */
export interface HostNetwork {
  /**
   * Resolves when everything neutron holds for the server is in place: the name (or path) of its network namespace, and
   * its name servers. Throws when the server has no port.
   */
  settled(serverId: string): Promise<{ readonly namespace: string; readonly nameservers: readonly string[] }>;
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
