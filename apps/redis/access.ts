import { instanceName, labelsOf, port, selectorOf } from "./names.ts";

/** Only the application itself reaches its server, and the job that changes its users. The server calls nobody. */
export function serverPolicy(application: string) {
  const from = [
    { podSelector: { matchLabels: { "app.kubernetes.io/name": application } } },
    { podSelector: { matchLabels: selectorOf(application, "job") } },
  ];
  return {
    metadata: { name: instanceName(application), labels: labelsOf(application, "server") },
    spec: {
      ...{ podSelector: { matchLabels: selectorOf(application, "server") }, policyTypes: ["Ingress", "Egress"] },
      ...{ ingress: [{ from, ports: [{ port, protocol: "TCP" }] }], egress: [] },
    },
  };
}
