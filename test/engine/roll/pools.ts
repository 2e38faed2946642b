/** Twelve hosts in a role for each workload that there is, in the order in which they must be replaced. */
export const pools = {
  orchestrator: { width: 1, hosts: ["orchestrator-01", "orchestrator-02", "orchestrator-03"] },
  turn: { width: 1, hosts: ["turn-01"] },
  bbb: { width: 1, hosts: ["bbb-01", "bbb-02"] },
  greenlight: { width: 1, hosts: ["greenlight-01"] },
  scalelite: { width: 1, hosts: ["scalelite-01"] },
  monitoring: { width: 1, hosts: ["monitoring-01"] },
  worker: { width: 2, hosts: ["worker-01", "worker-02", "worker-03"] },
} as const satisfies Readonly<Record<string, { readonly width: number; readonly hosts: readonly string[] }>>;

/** A second site of the first estate, and who is in it: other hosts are in the one that it began with, `local`. */
export const annex = {
  ...{ site: "annex", cidr: "10.21.0.0/24", prefix: "10.21.0.", availabilityZone: "az2" },
  hosts: ["turn-01", "monitoring-01"],
} as const;

/** The roles that the first estate does not have. */
export const added = ["turn", "greenlight", "scalelite", "monitoring"] as const;
