import { digestOf } from "../stacks/digest.ts";
import { selectorOf } from "./labels.ts";
import { type PodFacts, podTemplate } from "./pods.ts";

/** Whoever changes a field by hand becomes its manager; with this annotation `pulumi up` takes the field back, instead of being refused it. */
export const patchForce = { "pulumi.com/patchForce": "true" } as const;

/** What every object of an application begins with: a fixed name, labels, and that `pulumi up` takes fields back from kubectl. */
export function metadataOf(name: string, application = name) {
  return {
    name,
    labels: { ...selectorOf(application), "app.kubernetes.io/part-of": "estate" },
    annotations: { ...patchForce },
  };
}

/**
 * ConfigMap of a program. Its name has the digest of what is in it, so that a new one rolls the pods, and is beside the one that pods of the
 * old program still need.
 */
export function programMap(prefix: string, application: string, data: Readonly<Record<string, string>>) {
  return { metadata: metadataOf(`${prefix}-${digestOf(data)}`, application), immutable: true, data };
}

export interface DeploymentFacts {
  /** Of the application. */
  readonly name: string;
  readonly replicas: number;
  /** `one` is for what may not run twice: the old pod goes before the new one comes. @default rolling */
  readonly update?: "rolling" | "one";
  readonly pod: PodFacts;
}

/** Deployment: a new pod is ready before an old one goes, unless it may not run twice. */
export function deploymentOf({ name, replicas, update = "rolling", pod }: DeploymentFacts) {
  const strategy =
    update === "one"
      ? { type: "Recreate" }
      : { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  return {
    metadata: metadataOf(name),
    spec: {
      ...{ replicas, strategy, revisionHistoryLimit: 3, selector: { matchLabels: selectorOf(name) } },
      template: podTemplate(name, pod),
    },
  };
}

/** Service: one address inside the orchestrator for the ports that are named; each leads to the container's port of its name. */
export function serviceOf(name: string, ports: Readonly<Record<string, number>>) {
  const listed = Object.entries(ports).map(([port, number]) => ({
    ...{ name: port, port: number, targetPort: port, protocol: "TCP" },
  }));
  return { metadata: metadataOf(name), spec: { type: "ClusterIP", selector: selectorOf(name), ports: listed } };
}

/**
 * Whether a drain may be told to take one pod at a time. Of a single pod, or of pods that only one host takes, that would hold every
 * drain up: the one that left has nowhere to be while the host is closed, and the next waits for it.
 *
 * @param hosts so many take its pods
 */
export function leaveOneByOne(replicas: number, hosts: number): boolean {
  return replicas > 1 && hosts > 1;
}

/**
 * PodDisruptionBudget: a drain takes one pod at a time, where that can end. One that is not ready may leave at any time: it serves nobody.
 *
 * @param hosts so many take its pods
 */
export function budgetOf(name: string, replicas: number, hosts: number) {
  if (!leaveOneByOne(replicas, hosts)) return undefined;
  const spec = {
    ...{ maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
    selector: { matchLabels: selectorOf(name) },
  };
  return { metadata: metadataOf(name), spec };
}
