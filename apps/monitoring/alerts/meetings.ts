import { type AlertGroup, alert } from "../alert.ts";

/** The servers of BigBlueButton, as their own exporter has them. */
export function meetingAlerts(): AlertGroup {
  return {
    name: "meetings",
    rules: [
      alert("BbbApiDown", {
        ...{ severity: "critical", for: "3m" },
        // where the exporter itself is gone the API is unknown, and the host is what to look at
        expr: 'bbb_api_up == 0 or up{job="bbb-exporter"} == 0',
        summary: "The API of BigBlueButton on {{ $labels.instance }} does not answer",
        cure: "ssh to {{ $labels.instance }}: systemctl status bbb; Scalelite ends its meetings when it is silent for graceSeconds",
      }),
      alert("BbbApiSlow", {
        ...{ severity: "warning", for: "10m" },
        expr: "sum by (instance) (rate(bbb_api_latency_sum[5m])) / sum by (instance) (rate(bbb_api_latency_count[5m])) > 5",
        summary: "The API of {{ $labels.instance }} takes {{ $value | humanizeDuration }} to answer",
        cure: "Look at its processor and memory; the poller gives it 7 s before it counts as silent",
      }),
    ],
  };
}
