/** What the workload is made of. */
export interface HelloFacts {
  /** By digest. Changing it rolls the pods, one after another. */
  readonly image: string;
  /** Pods of it. Changed in place. @default 2 */
  readonly replicas?: number;
}

const name = "hello";
const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "estate" };
const selector = { "app.kubernetes.io/name": name };
const port = 8080;

/** Deployment: stateless, not root, nothing writable, with limits and probes. */
export function helloDeployment({ image, replicas = 2 }: HelloFacts) {
  const probe = { httpGet: { path: "/health", port: "http" }, timeoutSeconds: 2 };
  const container = {
    ...{ name, image, args: ["--port", String(port)], ports: [{ name: "http", containerPort: port, protocol: "TCP" }] },
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
    readinessProbe: { ...probe, periodSeconds: 5 },
    livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 3 },
    securityContext: {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ["ALL"] },
    },
  };
  const spec = {
    ...{ automountServiceAccountToken: false, containers: [container] },
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: "RuntimeDefault" } },
  };
  return {
    metadata: { name, labels },
    spec: {
      ...{ replicas, selector: { matchLabels: selector } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: { metadata: { labels }, spec },
    },
  };
}

/** Service: one address for its pods, inside the orchestrator. */
export function helloService() {
  return {
    metadata: { name, labels },
    spec: { type: "ClusterIP", selector, ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }] },
  };
}
