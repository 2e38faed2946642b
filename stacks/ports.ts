import type { AppSettings, AppsSettings } from "./schema/apps.ts";
import type { Workload } from "./schema/workload.ts";

/** Who: every host, the hosts that run a workload, the administrators' ranges, or anyone on the internet. */
export type Party = "hosts" | "admins" | "world" | Workload;

/** A service that listens, and who may reach it. */
export interface Port {
  /** Unique. What messages call it; rules are named by what they open. */
  readonly service: string;
  readonly protocol: "tcp" | "udp" | "icmp";
  /** First port; of ICMP the type. */
  readonly from: number;
  /** Last port; of ICMP the code, which is not looked at. */
  readonly to: number;
  /** The hosts it listens on. */
  readonly on: "hosts" | Workload;
  readonly sources: readonly Party[];
  /**
   * Whether hosts of the estate reach each other here by the addresses they announce: media, whose addresses are told to the
   * other end. Behind floating IPs such traffic does not come from the group, but from those addresses.
   */
  readonly announced?: boolean;
  /**
   * Whether those who reach it may come by what stands before it, if anything does. Through a load balancer their traffic comes from
   * that one's subnet, and from no group; to a VIP it goes to an address that need not be in the group. A VIP's own protocol needs no
   * port: it is announced by ARP, which security groups do not see, and who has it is agreed upon in the API of the server itself.
   */
  readonly balanced?: boolean;
  /** Whether Prometheus reads metrics here. */
  readonly scrape?: boolean;
}

const tcp = (service: string, port: number) => ({ service, protocol: "tcp" as const, from: port, to: port });
const udp = (service: string, port: number, to = port) => ({ service, protocol: "udp" as const, from: port, to });

/**
 * The one port catalogue of the estate. Security groups are derived from it, both ends of each arrow.
 * A workload that an estate does not have is left out.
 *
 * @source configure-firewall and turn-server of BigBlueButton's documentation, k3s's requirements, the exporters' readmes, 2026-11
 */
export const ports: readonly Port[] = [
  // the orchestrator's servers are the way to hosts that have no address outside
  { ...tcp("ssh", 22), on: "hosts", sources: ["admins", "orchestrator"] },
  // echo requests; what belongs to a connection, such as "packet too big", comes with it
  { service: "ping", protocol: "icmp", from: 8, to: 0, on: "hosts", sources: ["admins", "hosts"] },
  { ...udp("overlay", 8472), on: "hosts", sources: ["hosts"] },
  { ...tcp("kubelet", 10250), on: "hosts", sources: ["orchestrator"] },
  { ...tcp("api", 6443), on: "orchestrator", sources: ["hosts", "admins"], balanced: true },
  { ...tcp("etcd", 2379), to: 2380, on: "orchestrator", sources: ["orchestrator"] },
  { ...tcp("http", 80), on: "bbb", sources: ["world"] },
  { ...tcp("https", 443), on: "bbb", sources: ["world"] },
  { ...udp("media", 16_384, 32_768), on: "bbb", sources: ["world", "turn"], announced: true },
  { ...tcp("turn", 3478), on: "turn", sources: ["world"] },
  { ...udp("turn-udp", 3478), on: "turn", sources: ["world"] },
  { ...tcp("turn-tls", 443), on: "turn", sources: ["world"] },
  { ...udp("turn-dtls", 443), on: "turn", sources: ["world"] },
  // disjoint from the media ports on purpose; only bbb hosts are peers
  { ...udp("turn-relay", 32_769, 65_535), on: "turn", sources: ["bbb"], announced: true },
  // What has no hosts of its own listens on those that take any pod. Its web servers take 80 for ACME and for leading on to 443.
  { ...tcp("greenlight-http", 80), on: "greenlight", sources: ["world"] },
  { ...tcp("greenlight", 443), on: "greenlight", sources: ["world"] },
  { ...tcp("scalelite-http", 80), on: "scalelite", sources: ["world"] },
  // its API, and recordings for browsers
  { ...tcp("scalelite", 443), on: "scalelite", sources: ["world"] },
  { ...tcp("grafana", 443), on: "monitoring", sources: ["admins"] },
  { ...tcp("node-exporter", 9100), on: "hosts", sources: ["monitoring"], scrape: true },
  { ...tcp("bbb-exporter", 9688), on: "bbb", sources: ["monitoring"], scrape: true },
  { ...tcp("turn-exporter", 9641), on: "turn", sources: ["monitoring"], scrape: true },
];

/** A port that an application brings to hosts. */
export interface ApplicationPort extends Port {
  /** Whether it is there with these settings of the application. @default always */
  readonly when?: (settings: AppSettings) => boolean;
}

/** What listens on hosts only where an application runs, by its name. */
export const applicationPorts: Readonly<Record<string, readonly ApplicationPort[]>> = {
  ingress: [
    // for ACME, and for leading on to 443
    { ...tcp("ingress-http", 80), on: "pods", sources: ["world"] },
    { ...tcp("ingress", 443), on: "pods", sources: ["world"] },
  ],
  // what mounts it for a pod is the pod's host
  recordings: [{ ...tcp("nfs", 2049), on: "recordings", sources: ["bbb", "scalelite", "pods"] }],
  monitoring: [
    {
      ...{ ...tcp("process-exporter", 9256), on: "hosts", sources: ["monitoring"], scrape: true },
      when: ({ processExporter }) => processExporter !== undefined,
    },
  ],
};

/** The catalogue, and what the applications that run add to it. */
export function portsWith(apps: AppsSettings): readonly Port[] {
  const added = Object.entries(applicationPorts).flatMap(([name, own]) => {
    const settings = apps[name];
    return settings?.enabled ? own.filter(({ when }) => when?.(settings) ?? true) : [];
  });
  return [...ports, ...added];
}

/** What hosts may reach outside the estate. Everything else is closed. */
export interface Destination {
  readonly service: string;
  readonly protocol: "tcp" | "udp";
  readonly on: "hosts" | Workload;
  /** Only with this addressing. @default with any */
  readonly addressing?: "dhcp" | "static";
  /** First and last port. @default the port that the document names */
  readonly ports?: readonly [number, number];
  /** Ranges, hosts of the estate by the addresses they announce to the world, or the part of the document that names it. */
  readonly to:
    | { readonly cidrs: readonly string[] }
    | { readonly announced: Workload }
    | { readonly named: "nameservers" | "timeServers" | "downloads" | "logs" | "sites" };
}

const to = (service: string, protocol: "tcp" | "udp", port: number) => ({
  ...{ service, protocol, on: "hosts" as const, ports: [port, port] as const },
});

/** Outgoing traffic that leaves the estate; traffic between its hosts follows from `ports`. */
export const destinations: readonly Destination[] = [
  { ...to("metadata", "tcp", 80), to: { cidrs: ["169.254.169.254/32"] } },
  { ...to("dhcp", "udp", 67), addressing: "dhcp", to: { cidrs: ["255.255.255.255/32"] } },
  { ...to("dhcp-renewal", "udp", 67), addressing: "dhcp", to: { named: "sites" } },
  { ...to("dns", "udp", 53), to: { named: "nameservers" } },
  { ...to("dns-tcp", "tcp", 53), to: { named: "nameservers" } },
  { ...to("time", "udp", 123), to: { named: "timeServers" } },
  { service: "download", protocol: "tcp", on: "hosts", to: { named: "downloads" } },
  { service: "logs", protocol: "tcp", on: "hosts", to: { named: "logs" } },
  // Scalelite asks bbb for meetings at the address that people use, which is open to the world
  { service: "bbb-api", protocol: "tcp", on: "scalelite", ports: [443, 443], to: { announced: "bbb" } },
  // a browser's address is known only when it calls; the first packet between the two may be either's
  { service: "browsers", protocol: "udp", on: "bbb", ports: [1024, 65_535], to: { cidrs: ["0.0.0.0/0"] } },
];
