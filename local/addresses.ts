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
  /** The external network, and its gateway: the stack's namespace, where the operator's commands run. */
  external: {
    name: "public",
    cidr: "203.0.113.0/24",
    gateway: "203.0.113.1",
    first: "203.0.113.10",
    last: "203.0.113.250",
  },
} as const;
