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
  /** What for, as `stacks/ports.md` says it. */
  readonly purpose: string;
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
  {
    ...tcp("ssh", 22),
    ...{ on: "hosts", sources: ["admins", "orchestrator"] },
    purpose: "Administrators; the orchestrator's servers are the way to hosts without an address outside",
  },
  {
    ...{ service: "ping", protocol: "icmp", from: 8, to: 0, on: "hosts", sources: ["admins", "hosts"] },
    purpose: 'Echo requests; what belongs to a connection, such as "packet too big", comes with it',
  },
  {
    ...udp("overlay", 8472),
    on: "hosts",
    sources: ["hosts"],
    purpose: "VXLAN: what pods of two hosts send each other",
  },
  {
    ...tcp("kubelet", 10250),
    ...{ on: "hosts", sources: ["orchestrator"] },
    purpose: "Logs of pods, commands in them, and how much they use",
  },
  {
    ...tcp("api", 6443),
    ...{ on: "orchestrator", sources: ["hosts", "admins"], balanced: true },
    purpose: "The orchestrator's API, by which hosts join",
  },
  {
    ...{ ...tcp("etcd", 2379), to: 2380, on: "orchestrator", sources: ["orchestrator"] },
    purpose: "The datastore: its clients, and its members among each other",
  },
  { ...tcp("http", 80), on: "bbb", sources: ["world"], purpose: "Leads on to 443" },
  { ...tcp("https", 443), on: "bbb", sources: ["world"], purpose: "Pages and the API of BigBlueButton" },
  {
    ...udp("media", 16_384, 32_768),
    ...{ on: "bbb", sources: ["world", "turn"], announced: true },
    purpose: "Sound and pictures, from browsers or through a relay",
  },
  { ...tcp("turn", 3478), on: "turn", sources: ["world"], purpose: "TURN" },
  { ...udp("turn-udp", 3478), on: "turn", sources: ["world"], purpose: "TURN, and STUN" },
  { ...tcp("turn-tls", 443), on: "turn", sources: ["world"], purpose: "TURN in TLS, which most networks let through" },
  { ...udp("turn-dtls", 443), on: "turn", sources: ["world"], purpose: "TURN in DTLS" },
  {
    ...udp("turn-relay", 32_769, 65_535),
    ...{ on: "turn", sources: ["bbb"], announced: true },
    purpose: "Relayed media; only bbb hosts are peers. Disjoint from their media ports on purpose",
  },
  // What has no hosts of its own listens on those that take any pod.
  {
    ...tcp("greenlight-http", 80),
    ...{ on: "greenlight", sources: ["world"] },
    purpose: "Proofs for ACME; leads on to 443",
  },
  { ...tcp("greenlight", 443), on: "greenlight", sources: ["world"], purpose: "The portal" },
  {
    ...tcp("scalelite-http", 80),
    ...{ on: "scalelite", sources: ["world"] },
    purpose: "Proofs for ACME; leads on to 443",
  },
  { ...tcp("scalelite", 443), on: "scalelite", sources: ["world"], purpose: "Its API, and recordings for browsers" },
  { ...tcp("grafana", 443), on: "monitoring", sources: ["admins"], purpose: "Dashboards" },
  {
    ...tcp("node-exporter", 9100),
    ...{ on: "hosts", sources: ["monitoring"], scrape: true },
    purpose: "How the host is",
  },
  {
    ...tcp("bbb-exporter", 9688),
    ...{ on: "bbb", sources: ["monitoring"], scrape: true },
    purpose: "Meetings and people of the host",
  },
  {
    ...tcp("turn-exporter", 9641),
    ...{ on: "turn", sources: ["monitoring"], scrape: true },
    purpose: "Relays of the host",
  },
];

/** A port that an application brings to hosts. */
export interface ApplicationPort extends Port {
  /** Whether it is there with these settings of the application. @default always */
  readonly when?: (settings: AppSettings) => boolean;
}

/** What listens on hosts only where an application runs, by its name. */
export const applicationPorts: Readonly<Record<string, readonly ApplicationPort[]>> = {
  ingress: [
    {
      ...tcp("ingress-http", 80),
      ...{ on: "pods", sources: ["world"] },
      purpose: "Proofs for ACME; leads on to 443",
    },
    { ...tcp("ingress", 443), on: "pods", sources: ["world"], purpose: "All pages of the estate" },
  ],
  recordings: [
    {
      ...tcp("nfs", 2049),
      ...{ on: "recordings", sources: ["bbb", "scalelite", "pods"] },
      purpose: "The store of recordings; what mounts it for a pod is the pod's host",
    },
  ],
  monitoring: [
    {
      ...{ ...tcp("process-exporter", 9256), on: "hosts", sources: ["monitoring"], scrape: true },
      when: ({ processExporter }) => processExporter !== undefined,
      purpose: "What its programs take, where the document gives the exporter's image",
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
  /** What for, as `stacks/ports.md` says it. */
  readonly purpose: string;
}

const to = (service: string, protocol: "tcp" | "udp", port: number) => ({
  ...{ service, protocol, on: "hosts" as const, ports: [port, port] as const },
});

/** Outgoing traffic that leaves the estate; traffic between its hosts follows from `ports`. */
export const destinations: readonly Destination[] = [
  {
    ...to("metadata", "tcp", 80),
    ...{ to: { cidrs: ["169.254.169.254/32"] } },
    purpose: "What the host is told at its first boot; pods are kept from it on the host",
  },
  {
    ...to("dhcp", "udp", 67),
    ...{ addressing: "dhcp", to: { cidrs: ["255.255.255.255/32"] } },
    purpose: "The host asks for its address",
  },
  {
    ...to("dhcp-renewal", "udp", 67),
    ...{ addressing: "dhcp", to: { named: "sites" } },
    purpose: "It keeps that address",
  },
  { ...to("dns", "udp", 53), to: { named: "nameservers" }, purpose: "Names" },
  { ...to("dns-tcp", "tcp", 53), to: { named: "nameservers" }, purpose: "Names whose answers are long" },
  { ...to("time", "udp", 123), to: { named: "timeServers" }, purpose: "The time" },
  {
    ...{ service: "download", protocol: "tcp", on: "hosts", to: { named: "downloads" } },
    purpose: "Programs, images of containers, and what else the document names",
  },
  {
    ...{ service: "logs", protocol: "tcp", on: "hosts", to: { named: "logs" } },
    purpose: "The host's journal, where the document names a receiver",
  },
  {
    ...{ service: "bbb-api", protocol: "tcp", on: "scalelite", ports: [443, 443], to: { announced: "bbb" } },
    purpose: "Scalelite asks bbb hosts for meetings at the address that people use, which is open to the world",
  },
  {
    ...{ service: "browsers", protocol: "udp", on: "bbb", ports: [1024, 65_535], to: { cidrs: ["0.0.0.0/0"] } },
    purpose: "Media to browsers, whose address is known only when they call; the first packet may be either's",
  },
];
