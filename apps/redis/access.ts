import { resolver } from "../policy.ts";
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

/** The job that changes its users reaches the server, and DNS to find it. Nobody reaches the job. */
export function jobPolicy(application: string) {
  const server = { podSelector: { matchLabels: selectorOf(application, "server") } };
  return {
    metadata: { name: `${instanceName(application)}-users`, labels: labelsOf(application, "job") },
    spec: {
      ...{
        podSelector: { matchLabels: selectorOf(application, "job") },
        policyTypes: ["Ingress", "Egress"],
        ingress: [],
      },
      egress: [{ to: [server], ports: [{ port, protocol: "TCP" }] }, resolver],
    },
  };
}
