import { selectorOf as selectorOfApplication } from "../labels.ts";
import { networkPolicyOf, resolver, type Talker } from "../policy.ts";
import { app, names, ports, type Served, selectorOf } from "./names.ts";
import { metadataFor } from "./pods.ts";
import type { HostJob } from "./targets.ts";

/** Whom the parts reach. */
export interface Reached {
  /** Every application that runs, with its ports. */
  readonly apps: readonly Talker[];
  /** Ranges of the estate's hosts. */
  readonly hosts: readonly string[];
  /** Addresses of the orchestrator's servers. */
  readonly orchestrators: readonly string[];
  readonly hostJobs: readonly Pick<HostJob, "port">[];
  /** Where alerts are sent. */
  readonly notified: readonly { readonly cidr: string; readonly port: number }[];
}

/**
 * Who reaches a part, and whom it reaches. Prometheus alone reaches what is read: hosts at the ports of the catalogue, and pods of
 * applications that name monitoring as a caller.
 */
export function policy(part: Served, reached: Reached) {
  const { apps, hosts, orchestrators, hostJobs, notified } = reached;
  const tcp = (port: number) => ({ port, protocol: "TCP" });
  const within = (...others: Served[]) => others.map((other) => ({ podSelector: { matchLabels: selectorOf(other) } }));
  const from = (...others: Served[]) => ({ from: within(...others), ports: [tcp(ports[part])] });
  const to = (other: Served) => ({ to: within(other), ports: [tcp(ports[other])] });
  const exporters = {
    to: hosts.map((cidr) => ({ ipBlock: { cidr } })),
    ports: hostJobs.map(({ port }) => tcp(port)),
  };
  const called = networkPolicyOf({ name: app, apps: apps.filter(({ name }) => name !== app), hosts: [] }).spec.egress;
  const rules = {
    prometheus: {
      ingress: [from("prometheus", "grafana")],
      egress: [...called, to("prometheus"), to("alertmanager"), to("kube-state"), exporters],
    },
    alertmanager: {
      ingress: [from("prometheus")],
      egress: [resolver, ...notified.map(({ cidr, port }) => ({ to: [{ ipBlock: { cidr } }], ports: [tcp(port)] }))],
    },
    grafana: {
      ingress: [
        { from: [{ podSelector: { matchLabels: selectorOfApplication("ingress") } }], ports: [tcp(ports.grafana)] },
      ],
      egress: [resolver, to("prometheus")],
    },
    "kube-state": {
      ingress: [from("prometheus")],
      egress: [{ to: orchestrators.map((address) => ({ ipBlock: { cidr: `${address}/32` } })), ports: [tcp(6443)] }],
    },
  }[part];
  return {
    metadata: metadataFor(part),
    spec: {
      ...{ podSelector: { matchLabels: selectorOf(part) }, policyTypes: ["Ingress", "Egress"] },
      // without ends or without ports a rule would be for all
      ...{ ingress: rules.ingress, egress: rules.egress.filter((rule) => rule.to.length > 0 && rule.ports.length > 0) },
    },
  };
}

/** In the cluster: what kube-state-metrics tells of, and no Secret. */
export function stateRole() {
  const read = (apiGroup: string, ...resources: string[]) => ({
    apiGroups: [apiGroup],
    resources,
    verbs: ["list", "watch"],
  });
  return {
    metadata: metadataFor("kube-state"),
    rules: [
      ...[read("", "nodes", "pods"), read("apps", "deployments", "statefulsets", "daemonsets")],
      read("batch", "jobs", "cronjobs"),
    ],
  };
}

/** Gives the account of kube-state-metrics that role; whose it is, is known when the namespace is. */
export function stateBinding() {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: names["kube-state"] };
  return { metadata: metadataFor("kube-state"), roleRef };
}
