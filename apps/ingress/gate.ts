import type { HostFacts } from "../../stacks/facts.ts";
import { tolerationsOf } from "../../stacks/localVolume.ts";
import { versions } from "../../stacks/versions.ts";
import { budgetOf, deploymentOf, metadataOf } from "../manifests.ts";
import { app, folders, hostPorts, parts, podPorts, secrets, selectorOf } from "./names.ts";
import { type DynamicFacts, ending, type StaticFacts, traefikArguments, traefikRoutes } from "./traefik.ts";

export interface GateFacts extends StaticFacts {
  /** The roles whose hosts it is on, and these hosts. */
  readonly roles: readonly string[];
  readonly hosts: readonly Pick<HostFacts, "name" | "taints">[];
}

/** ConfigMap: the routes. Pods take a changed one while they run. */
export function routes(facts: DynamicFacts) {
  return { metadata: metadataOf(parts.gate, app), data: { "routes.yaml": traefikRoutes(facts) } };
}

/**
 * Deployment: Traefik, one pod on each host, which has 80 and 443 there. No DaemonSet: its pods stay on a host that is drained, while these
 * are evicted, and so told to the load balancer, before the host goes. No pod can come before the old one has left its ports.
 */
export function gate({ balancers, roles, hosts }: GateFacts) {
  const ping = { path: "/ping", port: "http" };
  const made = deploymentOf({
    ...{ name: parts.gate, replicas: hosts.length },
    pod: {
      containers: [
        {
          ...{ name: "traefik", image: versions.traefik, args: traefikArguments({ balancers }) },
          ports: {
            http: { port: podPorts.http },
            https: { port: podPorts.https },
            metrics: { port: podPorts.metrics },
          },
          cpu: { request: "100m", limit: "2" },
          memory: { request: "128Mi", limit: "512Mi" },
          ready: ping,
          mounts: { dynamic: { path: folders.dynamic } },
        },
      ],
      endSeconds: ending.takes + ending.finishes + 10,
    },
  });
  const { template } = made.spec;
  const labels = { ...template.metadata.labels, ...selectorOf("gate") };
  const keys = [...new Map(hosts.flatMap(tolerationsOf).map((one) => [JSON.stringify(one), one])).values()];
  return {
    ...made,
    metadata: metadataOf(parts.gate, app),
    spec: {
      ...made.spec,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      selector: { matchLabels: selectorOf("gate") },
      template: {
        metadata: { ...template.metadata, labels },
        spec: {
          ...template.spec,
          affinity: onHostsOf(roles),
          tolerations: keys,
          containers: template.spec.containers.map(onHostPorts),
          volumes: [{ name: "dynamic", projected: { sources: [...dynamicSources], defaultMode: 0o440 } }],
        },
      },
    },
  };
}

/**
 * Both in one volume: Traefik looks at this folder and reads routes, and with them the certificate, when anything in it changes; it does not
 * look at certificates elsewhere (its issue 5495). Where ACME gets the first one, there is none yet.
 */
const dynamicSources = [
  { configMap: { name: parts.gate } },
  { secret: { name: secrets.certificate, optional: true } },
] as const;

function onHostsOf(roles: readonly string[]) {
  const term = { matchExpressions: [{ key: "estate/role", operator: "In", values: [...roles] }] };
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
}

/** Ports of the host lead to those of the pod, which keeps a network of its own: NetworkPolicy reaches it, and who called is seen. */
function onHostPorts<Container extends { readonly ports: readonly { readonly name: string }[] }>(container: Container) {
  const own: Readonly<Record<string, number>> = hostPorts;
  const ports = container.ports.map((port) => {
    const hostPort = own[port.name];
    return hostPort === undefined ? port : { ...port, hostPort };
  });
  return { ...container, ports };
}

/** PodDisruptionBudget: one host at a time. */
export function gateBudget(hosts: number) {
  const budget = budgetOf(parts.gate, hosts, hosts);
  if (!budget) return undefined;
  const spec = { ...budget.spec, selector: { matchLabels: selectorOf("gate") } };
  return { metadata: metadataOf(parts.gate, app), spec };
}
