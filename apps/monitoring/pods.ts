import { type Mount, mounted } from "../../stacks/mounts.ts";
import { containerSecurity, podSecurity } from "../../stacks/podSecurity.ts";
import { metadataOf } from "../manifests.ts";
import { app, labelsOf, names, type Part, ports, type Served, selectorOf, user } from "./names.ts";

export interface PodFacts {
  readonly part: Served;
  /** By digest. */
  readonly image: string;
  readonly command: readonly string[];
  readonly mounts: readonly Mount[];
  readonly cpu: { readonly request: string; readonly limit: string };
  /** MiB: what it is sure to get, and its limit. */
  readonly memoryMiB: number;
  /** Paths that say by HTTP whether it may be asked, and whether it must be started anew. */
  readonly ready: string;
  readonly alive: string;
  /** Seconds that its start may take. @default 60 */
  readonly startSeconds?: number;
  /** Seconds that its end may take. @default 30 */
  readonly endSeconds?: number;
  /** Its pods are others when this is another: the digest of files that are read only at the start. */
  readonly config: string;
  /** Only where it asks the orchestrator's API. @default it gets no token */
  readonly serviceAccount?: string;
  readonly tolerations?: readonly object[];
}

/** A pod of a part: not root, nothing writable but what is mounted so. */
export function podOf(facts: PodFacts) {
  const { part, image, command, cpu, memoryMiB, ready, alive, startSeconds = 60, endSeconds = 30 } = facts;
  const { serviceAccount, tolerations = [] } = facts;
  const { volumes, volumeMounts } = mounted(facts.mounts);
  const asks = (path: string) => ({ httpGet: { path, port: part }, timeoutSeconds: 5 });
  const container = {
    ...{ name: part, image, command: [...command], volumeMounts },
    ports: [{ name: part, containerPort: ports[part], protocol: "TCP" }],
    resources: {
      requests: { cpu: cpu.request, memory: `${memoryMiB}Mi` },
      limits: { cpu: cpu.limit, memory: `${memoryMiB}Mi` },
    },
    startupProbe: { ...asks(alive), periodSeconds: 5, failureThreshold: Math.ceil(startSeconds / 5) },
    readinessProbe: { ...asks(ready), periodSeconds: 10 },
    livenessProbe: { ...asks(alive), periodSeconds: 20, failureThreshold: 6 },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  return {
    metadata: { labels: labelsOf(part), annotations: { "estate/config": facts.config } },
    spec: {
      ...(serviceAccount ? { serviceAccountName: serviceAccount } : {}),
      ...{ automountServiceAccountToken: serviceAccount !== undefined, enableServiceLinks: false },
      terminationGracePeriodSeconds: endSeconds,
      ...{ securityContext: podSecurity(user), tolerations: [...tolerations] },
      ...{ containers: [container], volumes },
    },
  };
}

/** What every object of a part begins with. */
export function metadataFor(part: Part) {
  const metadata = metadataOf(names[part], app);
  return { ...metadata, labels: { ...metadata.labels, ...labelsOf(part) } };
}

/** StatefulSet of one pod: it keeps something, so the old one has ended before the new one begins. */
export function statefulSet(part: Served, template: ReturnType<typeof podOf>) {
  return {
    metadata: metadataFor(part),
    spec: { replicas: 1, serviceName: names[part], selector: { matchLabels: selectorOf(part) }, template },
  };
}

/** Deployment of one pod, which keeps nothing. */
export function deployment(part: Served, template: ReturnType<typeof podOf>) {
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  return {
    metadata: metadataFor(part),
    spec: { replicas: 1, strategy, revisionHistoryLimit: 3, selector: { matchLabels: selectorOf(part) }, template },
  };
}

export function service(part: Served) {
  return {
    metadata: metadataFor(part),
    spec: {
      ...{ type: "ClusterIP", selector: selectorOf(part) },
      ports: [{ name: part, port: ports[part], targetPort: part, protocol: "TCP" }],
    },
  };
}
