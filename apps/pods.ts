import { selectorOf } from "./labels.ts";

/** A check by HTTP, or by a program in the container. */
export type Check = { readonly path: string; readonly port: string } | { readonly command: readonly string[] };

/** A value in clear, or the name of a Secret and the key in it. */
export type EnvironmentValue = string | { readonly secret: string; readonly key: string };

export interface ContainerFacts {
  readonly name: string;
  /** By digest. */
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, EnvironmentValue>>;
  /** By name. */
  readonly ports?: Readonly<Record<string, { readonly port: number; readonly protocol?: "tcp" | "udp" }>>;
  /** What it is sure to get and what it may take at most, as Kubernetes writes them: `100m` of a processor, `64Mi` of memory. */
  readonly cpu: { readonly request: string; readonly limit: string };
  readonly memory: { readonly request: string; readonly limit: string };
  /** Whether it may get requests. Only what it needs itself belongs in it, or a fault elsewhere takes it away. */
  readonly ready: Check;
  /** Whether it must be started anew. @default as ready, and slower */
  readonly alive?: Check;
  /** How long its first start may take, in seconds; until then it counts as starting. @default 60 */
  readonly startSeconds?: number;
  /** Where it finds volumes of the pod, by their names. */
  readonly mounts?: Readonly<Record<string, { readonly path: string; readonly writable?: boolean }>>;
}

/** A volume: of a ConfigMap, of a Secret, a claim, or room that is lost with the pod (`sizeLimit` as `16Mi`). */
export type VolumeFacts =
  | { readonly configMap: string }
  | { readonly secret: string }
  | { readonly claim: string }
  | { readonly sizeLimit: string };

export interface PodFacts {
  readonly containers: readonly ContainerFacts[];
  readonly volumes?: Readonly<Record<string, VolumeFacts>>;
  /** User and group that its programs are. @default 65532, which no image has for anything else */
  readonly user?: number;
  /** How long it may take to end, in seconds. @default 30 */
  readonly endSeconds?: number;
  /** Only where it talks to the orchestrator's API. @default it gets no token */
  readonly serviceAccount?: string;
  /** Changing one replaces its pods: the hash of a file that is only read at the start, say. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A pod as the strictest profile of Kubernetes wants it: not root, nothing writable but its volumes, no capability, with limits and probes. */
export function podTemplate(application: string, facts: PodFacts) {
  const { containers, volumes = {}, user = 65_532, endSeconds = 30, serviceAccount, annotations } = facts;
  const matchLabels = selectorOf(application);
  return {
    metadata: {
      labels: { ...matchLabels, "app.kubernetes.io/part-of": "estate" },
      ...(annotations ? { annotations } : {}),
    },
    spec: {
      ...(serviceAccount ? { serviceAccountName: serviceAccount } : {}),
      ...{ automountServiceAccountToken: serviceAccount !== undefined, enableServiceLinks: false },
      terminationGracePeriodSeconds: endSeconds,
      securityContext: {
        ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user },
        seccompProfile: { type: "RuntimeDefault" },
      },
      // on hosts of their own where there are so many, and nevertheless all of them where there are not
      topologySpreadConstraints: [
        {
          ...{ maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" },
          labelSelector: { matchLabels },
        },
      ],
      containers: containers.map(containerOf),
      volumes: Object.entries(volumes).map(([name, volume]) => ({ name, ...volumeOf(volume) })),
    },
  };
}

function containerOf(facts: ContainerFacts) {
  const { name, image, command, args, environment = {}, ports = {}, cpu, memory, mounts = {} } = facts;
  const { ready, alive = ready, startSeconds = 60 } = facts;
  return {
    ...{ name, image },
    ...(command ? { command: [...command] } : {}),
    ...(args ? { args: [...args] } : {}),
    env: Object.entries(environment).map(([key, value]) => ({ name: key, ...environmentOf(value) })),
    ports: Object.entries(ports).map(([port, { port: containerPort, protocol = "tcp" }]) => ({
      ...{ name: port, containerPort, protocol: protocol.toUpperCase() },
    })),
    resources: {
      requests: { cpu: cpu.request, memory: memory.request },
      limits: { cpu: cpu.limit, memory: memory.limit },
    },
    startupProbe: { ...checkOf(alive), periodSeconds: 2, failureThreshold: Math.ceil(startSeconds / 2) },
    readinessProbe: { ...checkOf(ready), periodSeconds: 5 },
    livenessProbe: { ...checkOf(alive), periodSeconds: 10, failureThreshold: 3 },
    securityContext: {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: Object.entries(mounts).map(([volume, { path, writable = false }]) => ({
      ...{ name: volume, mountPath: path, readOnly: !writable },
    })),
  };
}

function checkOf(check: Check) {
  const how =
    "path" in check ? { httpGet: { path: check.path, port: check.port } } : { exec: { command: [...check.command] } };
  return { ...how, timeoutSeconds: 2 };
}

function environmentOf(value: EnvironmentValue) {
  return typeof value === "string"
    ? { value }
    : { valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } };
}

function volumeOf(volume: VolumeFacts) {
  if ("configMap" in volume) return { configMap: { name: volume.configMap } };
  if ("secret" in volume) return { secret: { secretName: volume.secret, defaultMode: 0o440 } };
  if ("claim" in volume) return { persistentVolumeClaim: { claimName: volume.claim } };
  return { emptyDir: { sizeLimit: volume.sizeLimit } };
}
