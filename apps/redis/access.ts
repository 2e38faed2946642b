import { selectorOf as selectorOfApplication } from "../labels.ts";
import { resolver } from "../policy.ts";
import { exporterName, exporterPort, instanceName, labelsOf, port, selectorOf } from "./names.ts";

/** Only the application itself reaches its server, the job that changes its users, and its exporter. The server calls nobody. */
export function serverPolicy(application: string, monitored = false) {
  const from = [
    { podSelector: { matchLabels: { "app.kubernetes.io/name": application } } },
    { podSelector: { matchLabels: selectorOf(application, "job") } },
    ...(monitored ? [{ podSelector: { matchLabels: selectorOf(application, "exporter") } }] : []),
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

/** Prometheus reads the exporter, which asks the server. */
export function exporterPolicy(application: string) {
  const prometheus = { podSelector: { matchLabels: selectorOfApplication("monitoring") } };
  const server = { podSelector: { matchLabels: selectorOf(application, "server") } };
  return {
    metadata: { name: exporterName(application), labels: labelsOf(application, "exporter") },
    spec: {
      podSelector: { matchLabels: selectorOf(application, "exporter") },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [prometheus], ports: [{ port: exporterPort, protocol: "TCP" }] }],
      egress: [{ to: [server], ports: [{ port, protocol: "TCP" }] }, resolver],
    },
  };
}
