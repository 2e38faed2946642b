import { mounted, secretFiles } from "../../stacks/mounts.ts";
import { containerSecurity, podSecurity } from "../../stacks/podSecurity.ts";
import { versions } from "../../stacks/versions.ts";
import { exporterPort, labelsOf, names, port, selectorOf } from "./names.ts";
import { monitorRole } from "./plan.ts";

/** User and group of the image: `nobody`. */
const user = 65_534;

/**
 * Deployment of postgres_exporter. A pod of its own: beside the server in one pod, another release of it would restart the databases.
 *
 * @param generation of its password, which it reads at its start
 */
export function exporter({ generation }: { readonly generation: number }) {
  const { volumes, volumeMounts } = mounted([secretFiles(names.exporter, "/secrets/monitor")]);
  // the page at / measures nothing, so that an outage of the server restarts nothing
  const asks = { httpGet: { path: "/", port: "exporter" }, timeoutSeconds: 5 };
  const env = {
    DATA_SOURCE_URI: `${names.server}:${port}/postgres?sslmode=disable`,
    ...{ DATA_SOURCE_USER: monitorRole, DATA_SOURCE_PASS_FILE: "/secrets/monitor/password" },
  };
  const container = {
    ...{ name: "exporter", image: versions.postgresExporter, volumeMounts },
    command: ["postgres_exporter", `--web.listen-address=:${exporterPort}`, "--collector.long_running_transactions"],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    ports: [{ name: "exporter", containerPort: exporterPort, protocol: "TCP" }],
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
    readinessProbe: { ...asks, periodSeconds: 10 },
    livenessProbe: { ...asks, periodSeconds: 20, failureThreshold: 6 },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  const annotations = { "estate/password": String(generation) };
  return {
    metadata: { name: names.exporter, labels: labelsOf("exporter") },
    spec: {
      ...{ replicas: 1, revisionHistoryLimit: 3, selector: { matchLabels: selectorOf("exporter") } },
      template: {
        metadata: { labels: labelsOf("exporter"), annotations },
        spec: {
          ...{ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 10 },
          ...{ securityContext: podSecurity(user), containers: [container], volumes },
        },
      },
    },
  };
}
