import { type AlertGroup, alert } from "../alert.ts";

/** What the orchestrator says of its workloads. */
export function orchestratorAlerts({ k3s }: { readonly k3s: string }): AlertGroup {
  return {
    name: "orchestrator",
    rules: [
      alert("WorkloadIncomplete", {
        ...{ severity: "warning", for: "15m" },
        expr: [
          "kube_deployment_status_replicas_unavailable > 0",
          "kube_statefulset_replicas - kube_statefulset_status_replicas_ready > 0",
          "kube_daemonset_status_number_unavailable > 0",
        ].join(" or "),
        summary:
          "{{ $labels.namespace }}: {{ $value }} pods of {{ $labels.deployment }}{{ $labels.statefulset }}{{ $labels.daemonset }} are missing",
        cure: "kubectl -n {{ $labels.namespace }} get pods -o wide; kubectl -n {{ $labels.namespace }} get events --sort-by=.lastTimestamp",
      }),
      alert("ContainerRestarts", {
        ...{ severity: "warning" },
        expr: "increase(kube_pod_container_status_restarts_total[1h]) > 3",
        summary: "{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} is started again and again",
        cure: "kubectl -n {{ $labels.namespace }} logs {{ $labels.pod }} -c {{ $labels.container }} --previous",
      }),
      alert("JobFailed", {
        ...{ severity: "warning", for: "5m" },
        expr: "kube_job_status_failed > 0 unless on (namespace, job_name) kube_job_status_succeeded > 0",
        summary: "The job {{ $labels.namespace }}/{{ $labels.job_name }} failed",
        cure: "kubectl -n {{ $labels.namespace }} logs job/{{ $labels.job_name }}",
      }),
      alert("OrchestratorVersionBehind", {
        ...{ severity: "warning", for: "1d" },
        expr: `kube_node_info{kubelet_version!="${k3s}"}`,
        summary: `{{ $labels.node }} runs {{ $labels.kubelet_version }}, and the estate ${k3s}`,
        cure: "Run estate up: it goes on where a roll of hosts stopped; estate preview says what is left",
      }),
    ],
  };
}
