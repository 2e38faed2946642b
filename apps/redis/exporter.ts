import { containerSecurity, podSecurity } from "../../stacks/podSecurity.ts";
import { versions } from "../../stacks/versions.ts";
import { exporterName, exporterPort, instanceName, labelsOf, port, selectorOf } from "./names.ts";
import type { InstanceFacts } from "./users.ts";

/** Any that is not root: its image has one program, and no file that a user needs. */
const user = 65_534;

/** Deployment of redis_exporter, for the server of an application. It is given no right but to count: it asks for no settings and no keys. */
export function exporter({ application, generation }: Pick<InstanceFacts, "application" | "generation">) {
  const asks = { httpGet: { path: "/health", port: "exporter" }, timeoutSeconds: 5 };
  const secretKeyRef = { name: exporterName(application), key: "password" };
  const container = {
    ...{ name: "exporter", image: versions.redisExporter },
    command: [
      ...["/redis_exporter", `--web.listen-address=:${exporterPort}`, "--redis.user=monitor"],
      `--redis.addr=redis://${instanceName(application)}:${port}`,
      // each of them asks for what user monitor may not
      ...["--config-command=-", "--set-client-name=false", "--exclude-latency-histogram-metrics"],
    ],
    env: [{ name: "REDIS_PASSWORD", valueFrom: { secretKeyRef } }],
    ports: [{ name: "exporter", containerPort: exporterPort, protocol: "TCP" }],
    resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
    readinessProbe: { ...asks, periodSeconds: 10 },
    livenessProbe: { ...asks, periodSeconds: 20, failureThreshold: 6 },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  const labels = labelsOf(application, "exporter");
  return {
    metadata: { name: exporterName(application), labels },
    spec: {
      ...{ replicas: 1, revisionHistoryLimit: 3, selector: { matchLabels: selectorOf(application, "exporter") } },
      template: {
        // it reads its password at its start
        metadata: { labels, annotations: { "estate/password": String(generation) } },
        spec: {
          ...{ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 10 },
          ...{ securityContext: podSecurity(user), containers: [container] },
        },
      },
    },
  };
}
