/** Who: every host, the hosts of a role, the administrators' ranges, or anyone on the internet. */
export type Party = "hosts" | "admins" | "world" | (string & {});

/** A service that listens, and who may reach it. */
export interface Port {
  /** Unique. Part of the names of the rules made from it. */
  readonly service: string;
  readonly protocol: "tcp" | "udp";
  readonly from: number;
  readonly to: number;
  /** The hosts it listens on: `hosts` for all of them, or a role. */
  readonly on: "hosts" | (string & {});
  readonly sources: readonly Party[];
}

/**
 * The one port catalogue of the estate. Security groups are derived from it, both ends of each arrow.
 * A role that an estate does not have is left out.
 */
export const ports: readonly Port[] = [
  { service: "ssh", protocol: "tcp", from: 22, to: 22, on: "hosts", sources: ["admins"] },
  { service: "overlay", protocol: "udp", from: 8472, to: 8472, on: "hosts", sources: ["hosts"] },
  { service: "kubelet", protocol: "tcp", from: 10250, to: 10250, on: "hosts", sources: ["orchestrator"] },
  { service: "api", protocol: "tcp", from: 6443, to: 6443, on: "orchestrator", sources: ["hosts", "admins"] },
  { service: "etcd", protocol: "tcp", from: 2379, to: 2380, on: "orchestrator", sources: ["orchestrator"] },
  { service: "http", protocol: "tcp", from: 80, to: 80, on: "bbb", sources: ["world"] },
  { service: "https", protocol: "tcp", from: 443, to: 443, on: "bbb", sources: ["world"] },
  { service: "media", protocol: "udp", from: 16384, to: 32768, on: "bbb", sources: ["world"] },
];

/** What every host may reach outside the estate. Everything else is closed. */
export interface Destination {
  readonly service: string;
  readonly protocol: "tcp" | "udp";
  /** Port, or the part of the document's `network` that names addresses and ports. */
  readonly port: number | "downloads";
  readonly to:
    | { readonly cidrs: readonly string[] }
    | { readonly named: "nameservers" | "timeServers" | "downloads" | "network" };
}

/** Outgoing traffic that leaves the estate; traffic between its hosts follows from `ports`. */
export const destinations: readonly Destination[] = [
  { service: "metadata", protocol: "tcp", port: 80, to: { cidrs: ["169.254.169.254/32"] } },
  { service: "dhcp", protocol: "udp", port: 67, to: { cidrs: ["255.255.255.255/32"] } },
  { service: "dhcp-renewal", protocol: "udp", port: 67, to: { named: "network" } },
  { service: "dns", protocol: "udp", port: 53, to: { named: "nameservers" } },
  { service: "dns-tcp", protocol: "tcp", port: 53, to: { named: "nameservers" } },
  { service: "time", protocol: "udp", port: 123, to: { named: "timeServers" } },
  { service: "download", protocol: "tcp", port: "downloads", to: { named: "downloads" } },
];
