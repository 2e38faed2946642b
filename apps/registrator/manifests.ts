import { metadata, name, port, selector, user } from "./names.ts";

/** What the pods are made of. */
export interface RegistratorFacts {
  /** By digest. Changing it rolls the pods. */
  readonly image: string;
  /** Pods of it; one of them acts. Changed in place; of one alone there is no disruption budget. */
  readonly replicas: number;
}

/** Where the declared state is; the Secret is followed while the pod runs. */
const folder = "/etc/registrator";

/** Deployment: every replica looks and answers, one acts. */
export function deployment({ image, replicas }: RegistratorFacts) {
  const field = (variable: string, fieldPath: string) => ({ name: variable, valueFrom: { fieldRef: { fieldPath } } });
  const probe = (path: string) => ({ httpGet: { path, port: "http" }, timeoutSeconds: 5, periodSeconds: 10 });
  const container = {
    ...{ name, image, workingDir: "/estate", command: ["node", "apps/registrator/service/main.ts"] },
    env: [
      field("POD_NAME", "metadata.name"),
      field("POD_NAMESPACE", "metadata.namespace"),
      { name: "REGISTRATOR_FILE", value: `${folder}/declared.json` },
      { name: "REGISTRATOR_PORT", value: String(port) },
    ],
    ports: [{ name: "http", containerPort: port, protocol: "TCP" }],
    volumeMounts: [{ name: "declared", mountPath: folder, readOnly: true }],
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
    readinessProbe: probe("/readyz"),
    // without a word of the orchestrator for two minutes; another pod would not hear more, so it is given time
    livenessProbe: { ...probe("/healthz"), initialDelaySeconds: 30, periodSeconds: 30, failureThreshold: 4 },
    securityContext: {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ["ALL"] },
    },
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  const spec = {
    ...{ serviceAccountName: name, enableServiceLinks: false, terminationGracePeriodSeconds: 30 },
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user },
      seccompProfile: { type: "RuntimeDefault" },
    },
    // replicas on one host would be lost together
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: { labelSelector: { matchLabels: selector }, topologyKey: "kubernetes.io/hostname" },
          },
        ],
      },
    },
    containers: [container],
    // 0440 in Kubernetes' JSON
    volumes: [{ name: "declared", secret: { secretName: name, defaultMode: 0o440 } }],
  };
  return {
    metadata,
    spec: {
      ...{ replicas, selector: { matchLabels: selector } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: { metadata: { labels: metadata.labels }, spec },
    },
  };
}

/** Service: any replica. */
export function service() {
  return {
    metadata,
    spec: { type: "ClusterIP", selector, ports: [{ name: "http", port, targetPort: "http", protocol: "TCP" }] },
  };
}

/** One may leave at a time. */
export function disruptionBudget() {
  return {
    metadata,
    spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: selector } },
  };
}
