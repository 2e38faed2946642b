import { type AlertGroup, alert } from "../alert.ts";
import { paceOf } from "../config.ts";

export interface ReadingFacts {
  /** Names of all jobs of Prometheus. */
  readonly jobs: readonly string[];
  readonly scrapeSeconds: number;
}

/** Whether Prometheus itself sees and is heard: an alert that cannot fire is the worst fault of all. */
export function readingAlerts({ jobs, scrapeSeconds }: ReadingFacts): AlertGroup {
  // by how long they may take: one expression for all of a pace
  const paces = [...new Set(jobs.map((job) => paceOf(job, scrapeSeconds).timeout))].sort((one, other) => one - other);
  const slow = paces.map((timeout) => {
    const of = jobs.filter((job) => paceOf(job, scrapeSeconds).timeout === timeout);
    return `scrape_duration_seconds{job=~"${of.join("|")}"} > ${timeout * 0.8}`;
  });
  return {
    name: "reading",
    rules: [
      alert("TargetDown", {
        ...{ severity: "warning", for: "5m" },
        expr: 'up{job!="node-exporter"} == 0',
        summary: "{{ $labels.job }} of {{ $labels.instance }} does not answer",
        cure: "It is on the page Targets of Prometheus with the error; alerts about it are silent until it answers",
      }),
      ...(jobs.length > 0 ? [alert("JobWithoutTargets", withoutTargets(jobs))] : []),
      ...(slow.length > 0
        ? [
            alert("ScrapeTooSlow", {
              ...{ severity: "warning", for: "10m" },
              expr: slow.join(" or "),
              summary:
                "Reading {{ $labels.job }} of {{ $labels.instance }} takes {{ $value | humanizeDuration }}, nearly all it may",
              cure: "Of bbb-exporter: let it read recordings from the disk (RECORDINGS_METRICS_READ_FROM_DISK), or leave them out (RECORDINGS_METRICS=false)",
            }),
          ]
        : []),
      alert("RulesFail", {
        ...{ severity: "critical" },
        expr: "increase(prometheus_rule_evaluation_failures_total[15m]) > 0",
        summary: "Rules of {{ $labels.rule_group }} cannot be computed: their alerts are silent",
        cure: "The page Rules of Prometheus has the error",
      }),
      alert("AlertsNotTaken", {
        ...{ severity: "critical", for: "5m" },
        expr: "increase(prometheus_notifications_errors_total[5m]) > 0",
        summary: "Prometheus cannot hand its alerts to Alertmanager",
        cure: "kubectl -n estate get pods -l app.kubernetes.io/component=alertmanager",
      }),
      alert("AlertsNotSent", {
        ...{ severity: "critical", for: "5m" },
        expr: "increase(alertmanager_notifications_failed_total[15m]) > 0",
        summary: "Alertmanager cannot send by {{ $labels.integration }}",
        cure: "kubectl -n estate logs statefulset/monitoring-alertmanager; may hosts reach it (network.downloads of the document)?",
      }),
    ],
  };
}

/** A job without a single target has no `up` that could be 0. */
function withoutTargets(jobs: readonly string[]) {
  return {
    ...{ severity: "warning" as const, for: "15m" },
    expr: jobs.map((job) => `absent(up{job="${job}"})`).join(" or "),
    summary: "Nothing of {{ $labels.job }} is there to be read",
    cure: "kubectl -n estate get pods; the page Service discovery of Prometheus says what it found and left out",
  };
}
