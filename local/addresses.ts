/**
 * The addresses of the local stack that are not neutron's. All live inside the stack's own network namespace; they are
 * documentation ranges (RFC 5737), so that nothing on the machine or its networks can be meant by them.
 */
export const addresses = {
  /** OpenStack's APIs, each on its usual port. */
  api: "192.0.2.10",
  /** Designate's bind, port 53; authoritative only. */
  dns: "192.0.2.53",
  /** HTTP on port 80: what hosts would download from the internet (the k3s program, images). */
  mirror: "192.0.2.80",
  /** The external network, from which floating IPs and the gateways of routers come. */
  external: {
    name: "public",
    bridge: "br-ext",
    cidr: "203.0.113.0/24",
    gateway: "203.0.113.1",
    first: "203.0.113.10",
    last: "203.0.113.250",
  },
  /** A provider network, whose addresses hosts have themselves. */
  provider: {
    name: "campus",
    bridge: "br-campus",
    cidr: "198.51.100.0/24",
    gateway: "198.51.100.1",
    first: "198.51.100.10",
    last: "198.51.100.250",
  },
} as const;

/** The networks whose gateway is the stack's namespace itself, where the operator's commands run. */
export const operatorNetworks = [addresses.external, addresses.provider] as const;
