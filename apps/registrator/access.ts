import { handoverPort } from "../bbb/names.ts";
import { metadata, name, port, selector } from "./names.ts";

/** What the registrator calls, and who calls it. */
export interface Reached {
  /** Addresses of hosts that run bbb. */
  readonly bbb: readonly string[];
  /** Addresses of the orchestrator's servers. */
  readonly orchestrators: readonly string[];
  /** Ranges that gates and Prometheus come from: the hosts' and the pods', where a host's own requests over the overlay come from. */
  readonly callers: readonly string[];
}

const lease = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };

/** In its namespace: its own lease. A lease that is not there yet has no name that a rule could ask for. */
export function role() {
  return {
    metadata,
    rules: [
      { ...lease, resourceNames: [name], verbs: ["get", "update"] },
      { ...lease, verbs: ["create"] },
    ],
  };
}

/** In the cluster: whether nodes are Ready. */
export function clusterRole() {
  return { metadata, rules: [{ apiGroups: [""], resources: ["nodes"], verbs: ["list"] }] };
}

/** Gives the rights of either; to whom is known when the namespace is. */
export function binding(kind: "Role" | "ClusterRole") {
  return { metadata, roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name } };
}

/**
 * Who reaches whom. Gates come through the orchestrator's API, so from its servers' own addresses or those of the overlay, which no
 * selector of pods names: ranges do, and the token guards what matters.
 */
export function policy({ bbb, orchestrators, callers }: Reached) {
  const tcp = (port: number) => ({ port, protocol: "TCP" });
  const to = (addresses: readonly string[]) => addresses.map((address) => ({ ipBlock: { cidr: `${address}/32` } }));
  const pods = (app: string) => ({ podSelector: { matchLabels: { "app.kubernetes.io/name": app } } });
  return {
    metadata,
    spec: {
      ...{ podSelector: { matchLabels: selector }, policyTypes: ["Ingress", "Egress"] },
      ingress: [{ from: callers.map((cidr) => ({ ipBlock: { cidr } })), ports: [tcp(port)] }],
      egress: [
        { to: to(bbb), ports: [tcp(443)] },
        { to: to(orchestrators), ports: [tcp(6443)] },
        { to: [pods("scalelite")], ports: [tcp(8080)] },
        { to: [pods("bbb")], ports: [tcp(handoverPort)] },
        { to: [pods("consul")], ports: [tcp(8500)] },
        {
          to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
          ports: [tcp(53), { port: 53, protocol: "UDP" }],
        },
        // to nobody would be to everybody
      ].filter(({ to }) => to.length > 0),
    },
  };
}
