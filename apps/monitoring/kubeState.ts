import { digestOf } from "../../stacks/digest.ts";
import { versions } from "../../stacks/versions.ts";
import { names, ports } from "./names.ts";
import { deployment, podOf } from "./pods.ts";

/** What it tells of; its role in the cluster has the same. */
const resources = "nodes,pods,deployments,statefulsets,daemonsets,jobs,cronjobs";

/** Deployment of kube-state-metrics: what the orchestrator says of hosts and workloads, as numbers. */
export function kubeState() {
  const command = ["/kube-state-metrics", `--port=${ports["kube-state"]}`, `--resources=${resources}`];
  const pod = podOf({
    ...{ part: "kube-state", image: versions.kubeStateMetrics, memoryMiB: 128, command, mounts: [] },
    ...{ cpu: { request: "10m", limit: "500m" }, ready: "/healthz", alive: "/healthz" },
    ...{ config: digestOf(command), serviceAccount: names["kube-state"] },
  });
  return deployment("kube-state", pod);
}
