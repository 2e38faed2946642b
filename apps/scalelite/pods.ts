import { containerSecurity } from "../../stacks/podSecurity.ts";
import type { Variable } from "./environment.ts";
import { app, type Part, selectorOf, spoolGroup, user } from "./names.ts";

/** A volume, and where the container has it. */
export interface Mount {
  readonly volume: { readonly name: string; readonly [kind: string]: unknown };
  readonly at: readonly { readonly mountPath: string; readonly subPath?: string; readonly readOnly?: boolean }[];
}

export interface PodFacts {
  readonly part: Part;
  readonly image: string;
  readonly command: readonly string[];
  readonly environment?: readonly Variable[];
  readonly port?: { readonly name: string; readonly containerPort: number };
  readonly probes?: Readonly<Record<string, object>>;
  /** What it is sure to get, and its limit. */
  readonly memory: string;
  readonly mounts?: readonly Mount[];
  /** What runs before it, with its mounts. */
  readonly before?: {
    readonly name: string;
    readonly command: readonly string[];
    readonly environment: readonly Variable[];
  };
  /** Seconds it may take to end. @default 30 */
  readonly endSeconds?: number;
  /** Pods of another text are other pods: something that they read only at their start has changed. */
  readonly revision: string;
}

/** Room that is lost with the pod: for all that wants to write. */
function scratch(part: Part): Mount {
  // Rails has a folder of its own for that
  const rails = part === "nginx" || part === "spool" ? [] : [{ mountPath: "/srv/scalelite/tmp" }];
  return { volume: { name: "tmp", emptyDir: { sizeLimit: "1Gi" } }, at: [{ mountPath: "/tmp" }, ...rails] };
}

/** A pod of Scalelite: not root, and nothing is writable but scratch and what is mounted so. */
export function podOf(facts: PodFacts) {
  const { part, image, command, environment = [], port, probes = {}, memory, before, endSeconds = 30 } = facts;
  const mounts = [scratch(part), ...(facts.mounts ?? [])];
  const volumeMounts = mounts.flatMap(({ volume, at }) => at.map((one) => ({ name: volume.name, ...one })));
  const common = {
    image,
    volumeMounts,
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  const container = {
    ...{ name: part, ...common, command: [...command], env: [...environment] },
    ports: port ? [{ ...port, protocol: "TCP" }] : [],
    resources: { requests: { cpu: "100m", memory }, limits: { cpu: "2", memory } },
    ...probes,
  };
  const first = before && {
    ...{ name: before.name, ...common, command: [...before.command], env: [...before.environment] },
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
  };
  return {
    metadata: {
      labels: { ...selectorOf(part), "app.kubernetes.io/part-of": "estate" },
      annotations: { "estate/revision": facts.revision },
    },
    spec: {
      ...{ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: endSeconds },
      // no fsGroup: the store is everybody's, and its files are not to be given to a pod's group at each start
      securityContext: {
        ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, supplementalGroups: [spoolGroup] },
        seccompProfile: { type: "RuntimeDefault" },
      },
      affinity: apart(part),
      ...(first ? { initContainers: [first] } : {}),
      containers: [container],
      volumes: mounts.map(({ volume }) => volume),
    },
  };
}

/** Pods of a part on hosts of their own, where there are so many: together they would be lost together. */
function apart(part: Part) {
  const term = { labelSelector: { matchLabels: selectorOf(part) }, topologyKey: "kubernetes.io/hostname" };
  return {
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
  };
}

/** Of the application: what several parts mount. */
export function configMap(name: string, mountPath: string): Mount {
  // 0555 in Kubernetes' JSON
  return {
    volume: { name: `${app}-files`, configMap: { name, defaultMode: 0o555 } },
    at: [{ mountPath, readOnly: true }],
  };
}
