import { type AlertGroup, alert } from "../alert.ts";

export interface ScaleliteAlertFacts {
  /** Whether recordings are imported. */
  readonly recordings: boolean;
}

const ready = (part: string) =>
  `kube_deployment_status_replicas_ready{namespace="estate",deployment="scalelite-${part}"}`;

/** Scalelite's own programs, as the orchestrator has them, and its store, as our exporter has it. Its servers: servers.ts. */
export function scaleliteAlerts({ recordings }: ScaleliteAlertFacts): AlertGroup {
  return {
    name: "scalelite",
    rules: [
      alert("ScaleliteDown", {
        ...{ severity: "critical", for: "3m" },
        expr: `${ready("api")} < 1 or ${ready("nginx")} < 1`,
        summary: "No pod of {{ $labels.deployment }} is ready: nobody can begin or join a meeting",
        cure: "kubectl -n estate get pods -l app.kubernetes.io/name=scalelite; kubectl -n estate logs deploy/{{ $labels.deployment }}",
      }),
      alert("PollerDown", {
        ...{ severity: "critical", for: "5m" },
        expr: `${ready("poller")} < 1`,
        summary: "Scalelite's poller does not look at the servers: loads are old, and lost servers stay",
        cure: "kubectl -n estate logs deploy/scalelite-poller; kubectl -n estate rollout restart deploy/scalelite-poller ends no meeting",
      }),
      ...(recordings ? recordingAlerts() : []),
    ],
  };
}

function recordingAlerts() {
  return [
    alert("RecordingSpoolOld", {
      ...{ severity: "warning", for: "10m" },
      expr: "scalelite_spool_oldest_seconds > 3600",
      summary: "A recording waits for its import for {{ $value | humanizeDuration }}",
      cure: "kubectl -n estate logs deploy/scalelite-importer: files that group 2000 may not read, or a broken one that is tried again and again",
    }),
    alert("ImporterDown", {
      ...{ severity: "warning", for: "10m" },
      expr: `${ready("importer")} < 1`,
      summary: "Recordings are not imported",
      cure: "kubectl -n estate describe deploy/scalelite-importer",
    }),
    alert("RecordingStoreAlmostFull", {
      ...{ severity: "warning", for: "15m" },
      expr: "scalelite_store_free_bytes / scalelite_store_size_bytes < 0.1",
      summary: "The store of recordings has {{ $value | humanizePercentage }} left",
      cure: "Delete old recordings, or make the share larger",
    }),
  ];
}
