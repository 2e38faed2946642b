/** What there is to draw of an estate, read from its state. Lists are in the order in which they are drawn. */
export interface EstateMap {
  readonly stack: string;
  /** Name of the estate; none before its first server. */
  readonly estate: string;
  readonly zone: string;
  /** When the state was written last, as it says. */
  readonly changed?: string;
  /** The way out of networks of the estate's own. None where hosts are on networks of the cloud. */
  readonly router?: RouterMap;
  readonly sites: readonly SiteMap[];
  readonly groups: readonly GroupMap[];
  readonly hosts: readonly HostMap[];
  readonly reach: readonly Reach[];
  /** DNS names that are no host's, such as the API's. */
  readonly names: readonly NameMap[];
}

export interface RouterMap {
  readonly name: string;
  /** Name of the cloud's network it leads to, or its id where no floating IP tells the name. */
  readonly external: string;
  /** Its own on that network. */
  readonly addresses: readonly string[];
}

/** A network with hosts. */
export interface SiteMap {
  /** Unique. That of the document; of a network of the cloud, that network's, because the state does not have the other. */
  readonly name: string;
  /** The cloud's name of the network. */
  readonly network: string;
  /** Empty where the state does not say it. */
  readonly cidr: string;
  /** Whether the estate made it. */
  readonly own: boolean;
}

/** A security group: that of every host, or that of a role. */
export interface GroupMap {
  readonly name: string;
  /** The cloud's name of it. */
  readonly title: string;
  readonly kind: "hosts" | "role";
}

export const healths = ["up", "degraded", "draining", "down", "unknown"] as const;

/** `unknown` is what the state does not tell: it is never `up`. */
export type Health = (typeof healths)[number];

export interface HostMap {
  readonly name: string;
  /** Empty where the state does not say it. */
  readonly role: string;
  readonly site: string;
  /** The address on the network. */
  readonly fixed: string;
  /** The floating IP. */
  readonly floating?: string;
  /** DNS names. */
  readonly names: readonly string[];
  readonly flavor: string;
  readonly zone: string;
  readonly image: string;
  /** Policy of nova that keeps it apart from the others of its role. */
  readonly apart?: string;
  /** Data volumes. */
  readonly volumes: readonly { readonly name: string; readonly sizeGiB: number }[];
  readonly health: Health;
  /** Why it is said to be so, in one sentence without a full stop. */
  readonly reason: string;
}

/** One end of a rule. */
export interface Party {
  readonly kind: "world" | "range" | "hosts" | "role";
  /** Unique. Of a range it is what the range is, such as `nameserver`: unique together with the range. */
  readonly name: string;
  /** Of a range. */
  readonly cidr?: string;
}

/** Someone may reach a service of someone. */
export interface Reach {
  readonly from: Party;
  readonly to: Party;
  /** As the port catalogue names it; empty when it does not know the ports. */
  readonly service: string;
  readonly protocol: string;
  /** `443`, `16384-32768`, `type 8`, or `any`. */
  readonly ports: string;
  /** Between groups of the estate both ends need a rule; what is outside has none. */
  readonly ruled: "as needed" | "by the sender alone" | "by the receiver alone";
}

export interface NameMap {
  readonly name: string;
  readonly addresses: readonly string[];
}
