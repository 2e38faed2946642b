/** How the network of the stack has to look: plain data, made by `plan`, brought about by `apply`. */
export interface World {
  readonly bridges: readonly Bridge[];
  readonly namespaces: readonly Namespace[];
  /** nftables of the stack's own namespace: what a port may send, and what may reach the operator's side. */
  readonly nft: string;
  readonly hosts: ReadonlyMap<string, HostNetwork>;
  /** haproxy configuration of the metadata service, nothing while there is no host. */
  readonly metadata?: string;
  /** haproxy configuration of the load balancers, nothing while there is none. */
  readonly balancers?: string;
  /** What the cloud holds and the local network does not do, one sentence each. */
  readonly notes: readonly string[];
}

/** A neutron network: a bridge in the stack's namespace. */
export interface Bridge {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  /** With prefix length. Only networks of the operator's side have one. */
  readonly addresses: readonly string[];
}

/** A host, a router or a load balancer. */
export interface Namespace {
  readonly name: string;
  readonly interfaces: readonly Interface[];
  /** Addresses of `lo` beside 127.0.0.1, with prefix length. */
  readonly loopback: readonly string[];
  readonly routes: readonly Route[];
  /** Path below /proc/sys to value, set once when the namespace is made. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Replaces the tables of this text, and no others. */
  readonly nft: string;
}

/** One end of a veth pair; the other end, `tap`, is in the stack's namespace, on the bridge. */
export interface Interface {
  readonly name: string;
  readonly tap: string;
  readonly bridge: string;
  readonly mac: string;
  readonly mtu: number;
  /** With prefix length. */
  readonly addresses: readonly string[];
  /** Whether it is plugged in. */
  readonly up: boolean;
}

export interface Route {
  readonly destination: string;
  readonly via: string;
  readonly device: string;
  /** Of two routes to the same destination the lower one is used. */
  readonly metric: number;
}

/** What other parts of the stack may know of a host's network. */
export interface HostNetwork {
  readonly namespace: string;
  readonly interfaces: readonly HostInterface[];
  /** For its resolv.conf. */
  readonly nameservers: readonly string[];
}

export interface HostInterface {
  readonly name: string;
  readonly portId: string;
  readonly mac: string;
  /** With prefix length. */
  readonly addresses: readonly string[];
  readonly mtu: number;
}
