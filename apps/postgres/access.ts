import { resolver } from "../policy.ts";
import type { PostgresFacts } from "./facts.ts";
import { labelsOf, names, port, selectorOf } from "./names.ts";

/** Who reaches the server: pods of applications that use it, and its own jobs. It calls nobody. */
export function serverPolicy({ databases }: Pick<PostgresFacts, "databases">) {
  const users = databases.map(({ application }) => application);
  const key = "app.kubernetes.io/name";
  const from = [
    // an empty list is no expression at all: nobody, then, and not everybody
    ...(users.length > 0 ? [{ podSelector: { matchExpressions: [{ key, operator: "In", values: users }] } }] : []),
    { podSelector: { matchLabels: selectorOf("job") } },
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
