import { budgetOf, deploymentOf, serviceOf } from "../manifests.ts";
import { networkPolicyOf } from "../policy.ts";

/** What the workload is made of. */
export interface HelloFacts {
  /** By digest. Changing it rolls the pods, one after another. */
  readonly image: string;
  /** Pods of it. Changed in place. @default 2 */
  readonly replicas?: number;
}

const name = "hello";
const port = 8080;

/** Deployment: stateless, and a program that answers whoever asks. */
export function helloDeployment({ image, replicas = 2 }: HelloFacts) {
  const container = {
    ...{ name, image, args: ["--port", String(port)], ports: { http: { port } } },
    cpu: { request: "10m", limit: "200m" },
    memory: { request: "16Mi", limit: "64Mi" },
    ready: { path: "/health", port: "http" },
  };
  return deploymentOf({ name, replicas, pod: { containers: [container] } });
}

/** Service: one address for its pods, inside the orchestrator. */
export function helloService() {
  return serviceOf(name, { http: 80 });
}

/**
 * NetworkPolicy: from hosts, and to nobody.
 *
 * @param callers ranges that hosts come from: their own, and the pods', where a host's own requests over the overlay come from
 */
export function helloPolicy(callers: readonly string[]) {
  return networkPolicyOf({ name, apps: [{ name, ports: { http: { port, from: ["hosts"] } } }], hosts: callers });
}

/** @param hosts so many take its pods */
export function helloBudget({ replicas = 2 }: Pick<HelloFacts, "replicas">, hosts: number) {
  return budgetOf(name, replicas, hosts);
}
