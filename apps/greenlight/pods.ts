import { containerSecurity } from "../../stacks/podSecurity.ts";
import type { Variable } from "./environment.ts";
import { folder, type Part, selectorOf, user } from "./names.ts";

export interface PodFacts {
  readonly part: Part;
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: readonly Variable[];
  readonly port?: { readonly name: string; readonly containerPort: number };
  readonly probes?: Readonly<Record<string, object>>;
  /** Of uploads; without, they are not in a volume. */
  readonly claim?: string | undefined;
  /** What runs before it, in the same environment and with the same volumes. */
  readonly before?: { readonly name: string; readonly command: readonly string[] };
  /** Pods of another text are other pods: something that they read only at their start has changed. */
  readonly revision: string;
}

/** Folders that the program writes in, by volume. They are lost with the pod. */
const scratch = {
  tmp: { sizeLimit: "2Gi", at: ["/tmp", `${folder}/tmp`] },
  builds: { sizeLimit: "256Mi", at: [`${folder}/app/assets/builds`] },
  assets: { sizeLimit: "512Mi", at: [`${folder}/public/assets`] },
} as const;

/** A pod of Greenlight: not root, and nothing is writable but scratch and uploads. */
export function podOf(facts: PodFacts) {
  const { part, image, command, environment, port, probes = {}, claim, before, revision } = facts;
  const common = {
    ...{ image, env: [...environment], securityContext: containerSecurity },
    ...{ volumeMounts: mountsOf(claim), terminationMessagePolicy: "FallbackToLogsOnError" },
  };
  const container = {
    ...{ name: part, ...common, command: [...command], ports: port ? [{ ...port, protocol: "TCP" }] : [] },
    resources: { requests: { cpu: "100m", memory: "1Gi" }, limits: { cpu: "2", memory: "1536Mi" } },
    ...probes,
  };
  const first = before && {
    ...{ name: before.name, ...common, command: [...before.command] },
    resources: { requests: { cpu: "100m", memory: "1Gi" }, limits: { cpu: "2", memory: "2Gi" } },
  };
  return {
    metadata: {
      labels: { ...selectorOf(part), "app.kubernetes.io/part-of": "estate" },
      annotations: { "estate/revision": revision },
    },
    spec: {
      ...{ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 60 },
      // no fsGroup: uploads are in everybody's volume, and its files are not to be given to a pod's group at each start
      securityContext: {
        ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user },
        seccompProfile: { type: "RuntimeDefault" },
      },
      affinity: apart(part),
      ...(first ? { initContainers: [first] } : {}),
      containers: [container],
      volumes: volumesOf(claim),
    },
  };
}

function mountsOf(claim: string | undefined) {
  const own = Object.entries(scratch).flatMap(([name, { at }]) => at.map((mountPath) => ({ name, mountPath })));
  return claim ? [...own, { name: "uploads", mountPath: `${folder}/storage` }] : own;
}

function volumesOf(claimName: string | undefined) {
  const own = Object.entries(scratch).map(([name, { sizeLimit }]) => ({ name, emptyDir: { sizeLimit } }));
  return claimName ? [...own, { name: "uploads", persistentVolumeClaim: { claimName } }] : own;
}

/** Pods of a part on hosts of their own, where there are so many: together they would be lost together. */
function apart(part: Part) {
  const term = { labelSelector: { matchLabels: selectorOf(part) }, topologyKey: "kubernetes.io/hostname" };
  return {
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
  };
}
