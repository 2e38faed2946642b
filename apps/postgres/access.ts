import { selectorOf as selectorOfApplication } from "../labels.ts";
import { resolver } from "../policy.ts";
import type { PostgresFacts } from "./facts.ts";
import { exporterPort, labelsOf, names, port, selectorOf } from "./names.ts";

/** Who reaches the server: pods of applications that use it, its own jobs, and its exporter. It calls nobody. */
export function serverPolicy({ databases, monitored }: Pick<PostgresFacts, "databases" | "monitored">) {
  const users = databases.map(({ application }) => application);
  const key = "app.kubernetes.io/name";
  const from = [
    // an empty list is no expression at all: nobody, then, and not everybody
    ...(users.length > 0 ? [{ podSelector: { matchExpressions: [{ key, operator: "In", values: users }] } }] : []),
    { podSelector: { matchLabels: selectorOf("job") } },
    ...(monitored ? [{ podSelector: { matchLabels: selectorOf("exporter") } }] : []),
  ];
  return {
    metadata: { name: names.server, labels: labelsOf("server") },
    spec: {
      ...{ podSelector: { matchLabels: selectorOf("server") }, policyTypes: ["Ingress", "Egress"] },
      ...{ ingress: [{ from, ports: [{ port, protocol: "TCP" }] }], egress: [] },
    },
  };
}

/** Jobs reach the server, and DNS to find it. Nobody reaches them. */
export function jobPolicy() {
  return {
    metadata: { name: `${names.server}-jobs`, labels: labelsOf("job") },
    spec: {
      ...{ podSelector: { matchLabels: selectorOf("job") }, policyTypes: ["Ingress", "Egress"], ingress: [] },
      egress: [
        { to: [{ podSelector: { matchLabels: selectorOf("server") } }], ports: [{ port, protocol: "TCP" }] },
        resolver,
      ],
    },
  };
}

/** Prometheus reads the exporter, which asks the server. */
export function exporterPolicy() {
  const prometheus = { podSelector: { matchLabels: selectorOfApplication("monitoring") } };
  return {
    metadata: { name: names.exporter, labels: labelsOf("exporter") },
    spec: {
      ...{ podSelector: { matchLabels: selectorOf("exporter") }, policyTypes: ["Ingress", "Egress"] },
      ingress: [{ from: [prometheus], ports: [{ port: exporterPort, protocol: "TCP" }] }],
      egress: [
        { to: [{ podSelector: { matchLabels: selectorOf("server") } }], ports: [{ port, protocol: "TCP" }] },
        resolver,
      ],
    },
  };
}
