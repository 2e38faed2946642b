import { type AlertGroup, alert } from "../alert.ts";

export interface ScaleliteAlertFacts {
  /** Whether recordings are imported. */
  readonly recordings: boolean;
  /** The oldest release of BigBlueButton that is not behind, such as `3.0.35`. */
  readonly leastBbb: string;
}

const ready = (part: string) =>
  `kube_deployment_status_replicas_ready{namespace="estate",deployment="scalelite-${part}"}`;
const enabled = 'scalelite_server_state{state="enabled"} == 1';

/** A release as the exporter counts it: 3.0.35 is 3000035. */
export function versionNumber(release: string): number {
  const [major = 0, minor = 0, patch = 0] = release.split(".").map(Number);
  return (major * 1000 + minor) * 1000 + patch;
}

/** Scalelite's servers, its poller and its recordings: as our exporter and the orchestrator have them. */
export function scaleliteAlerts({ recordings, leastBbb }: ScaleliteAlertFacts): AlertGroup {
  return {
    name: "scalelite",
    rules: [
      alert("ScaleliteDown", {
        ...{ severity: "critical", for: "3m" },
        expr: "scalelite_up == 0",
        summary: "Scalelite does not answer: nobody can begin or join a meeting",
        cure: "kubectl -n estate get pods -l app.kubernetes.io/name=scalelite; kubectl -n estate logs deploy/monitoring-scalelite says what it answered",
      }),
      alert("ScaleliteWithoutServers", {
        ...{ severity: "critical", for: "3m" },
        expr: `scalelite_up == 1 unless on () count(scalelite_server_online == 1 and on (server) ${enabled}) > 0`,
        summary: "No server takes new meetings",
        cure: "kubectl -n estate exec deploy/registrator -- ... GET /servers says of each server why (apps/registrator/README.md)",
      }),
      alert("ScaleliteServerOffline", {
        ...{ severity: "critical", for: "2m" },
        expr: `scalelite_server_online == 0 and on (server) ${enabled}`,
        summary: "Scalelite does not reach {{ $labels.server }}, which should have meetings",
        cure: "Look at the alerts of that host; the registrator takes it out when its node is lost",
      }),
      alert("PollerStale", {
        ...{ severity: "critical", for: "5m" },
        expr: [
          `${ready("poller")} < 1`,
          // it was enabled, and nobody has looked at it since
          `count(${enabled} unless on (server) scalelite_server_load) > 0`,
          // people come and go, and no load changes
          "sum(changes(scalelite_server_load[20m])) == 0 and on () sum(max by (server) (changes(registrator_server_people[20m]))) > 5",
        ].join(" or "),
        summary: "Scalelite's poller does not look at the servers: loads are old, and lost servers stay",
        cure: "kubectl -n estate logs deploy/scalelite-poller; kubectl -n estate rollout restart deploy/scalelite-poller ends no meeting",
      }),
      alert("BbbVersionBehind", {
        ...{ severity: "warning", for: "1h" },
        expr: `scalelite_server_version < ${versionNumber(leastBbb)}`,
        summary: `{{ $labels.server }} runs BigBlueButton {{ $labels.version }}; releases before ${leastBbb} have known holes`,
        cure: "Write the newer release in the document; estate up drains and replaces one host after another",
      }),
      alert("BbbVersionsDiffer", {
        ...{ severity: "info", for: "1d" },
        expr: "count(count by (version) (scalelite_server_version)) > 1",
        summary: "Servers have run {{ $value }} releases of BigBlueButton for a day",
        cure: "Run estate up: it goes on where a roll of hosts stopped",
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
