import type { PolicyResource } from "@pulumi/policy";
import { type Pod, podOf, rooted, unlimited, unprobed } from "../pods.ts";
import { type Judged, known, resourceRule, stackRule, type Violation } from "../rule.ts";

const allows = "workloads as `<namespace>/<name>`";

/** A rule for the pods of a workload: what each has that it should not have, or has not that it should. */
const podRule = (name: string, description: string, faults: (pod: Pod) => string[], say: (fault: string) => string) =>
  resourceRule({
    ...{ name, description, allows },
    find: (resource) => {
      const pod = podOf(resource.type, resource.props);
      const what = nameOf(resource);
      return pod ? faults(pod).map((fault) => ({ what, message: `in ${what} the container ${say(fault)}` })) : [];
    },
  });

/** A pod without limits takes the memory of its neighbours. */
export const podsHaveLimits = podRule(
  ...(["pods-have-limits", "Containers say what they may take at most.", unlimited] as const),
  (fault) => `has no limit (${fault}): write resources.limits`,
);

/** Without them it gets requests before it answers, and stays when it answers no more. */
export const podsHaveProbes = podRule(
  ...(["pods-have-probes", "Containers that last are asked whether they are ready, and alive.", unprobed] as const),
  (fault) => `is not asked (${fault}): write one of httpGet, exec, tcpSocket, grpc`,
);

/** What breaks out of a container that is root is root on the host. */
export const podsNotRoot = podRule(
  ...(["pods-not-root", "Containers are not root, and cannot become it.", rooted] as const),
  (fault) => `${fault}: say so in its securityContext`,
);

/** Without one every pod of the orchestrator reaches it. */
export const podsHaveNetworkPolicy = stackRule({
  ...{ name: "pods-have-network-policy", allows },
  description:
    "A NetworkPolicy says who reaches the pods of a workload; of those on their host's network, security groups do.",
  find: unguarded,
});

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly unknown[];
}

type Workload = Pick<PolicyResource, "type" | "name" | "props" | "urn">;

/**
 * Workloads for whose pods there is no policy. One whose selector nobody knows yet may be for any pod of its namespace. Pods on the
 * network of their host need none: a NetworkPolicy does not reach them, and who may come to a host is what its security groups say.
 */
export function unguarded(resources: readonly Workload[]): Violation[] {
  const policies = resources
    .filter(({ type }) => /^kubernetes:networking\.k8s\.io\/v1:NetworkPolicy$/.test(type))
    .map((policy) => ({
      namespace: namespaceOf(policy),
      selector: known(() => policy.props.spec.podSelector as Selector) ?? {},
    }));
  return resources.flatMap((resource) => {
    const pod = known(() => podOf(resource.type, resource.props));
    if (!pod || pod.onHost) return [];
    const namespace = namespaceOf(resource);
    const guarded = policies.some(
      (policy) => policy.namespace === namespace && known(() => selects(policy.selector, pod.labels)) !== false,
    );
    const what = nameOf(resource);
    const cure = "add one that selects its labels (apps/policy.ts makes them of the ports of applications)";
    return guarded
      ? []
      : [{ urn: resource.urn, what, message: `no NetworkPolicy is for the pods of ${what}: ${cure}` }];
  });
}

/** Expressions are not looked at: what they select can only be less. */
function selects({ matchLabels = {} }: Selector, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

type Metadata = { readonly name?: string; readonly namespace?: string } | undefined;

function nameOf(resource: Pick<Judged, "name" | "props">): string {
  const name = known(() => (resource.props.metadata as Metadata)?.name) ?? resource.name;
  return `${namespaceOf(resource)}/${name}`;
}

/** Of a namespace that is yet to be made the name may be unknown: they are all taken for one. */
function namespaceOf({ props }: Pick<Judged, "props">): string {
  return known(() => (props.metadata as Metadata)?.namespace) ?? "default";
}
