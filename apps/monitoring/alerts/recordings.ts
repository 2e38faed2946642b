import { type AlertGroup, alert } from "../alert.ts";

const journal = "journalctl -u estate-bbb-recordings on that host";

/** Recordings on their way from a bbb host to the store, as the host itself counts them. */
export function recordingAlerts(): AlertGroup {
  return {
    name: "recordings",
    rules: [
      alert("RecordingStepFailed", {
        ...{ severity: "warning", for: "15m" },
        expr: "bbb_recordings_failed > 0",
        summary:
          "BigBlueButton could not finish {{ $value }} steps of recordings on {{ $labels.instance }}: they hold its replacement up",
        cure: "Look at /var/log/bigbluebutton in its container recordings; bbb-record --rebuild ID there, or give it up (apps/bbb/README.md)",
      }),
      alert("RecordingNotHandedOver", {
        ...{ severity: "warning", for: "1d" },
        expr: "bbb_recordings_waiting > 0",
        summary: "For a day {{ $labels.instance }} has recordings that have not arrived in the store",
        cure: `${journal} says why: the store is full or away, or BigBlueButton works through a queue`,
      }),
      alert("RecordingsUnseen", {
        ...{ severity: "warning", for: "10m" },
        // a large recording takes its time
        expr: "time() - bbb_recordings_looked_timestamp_seconds > 3600",
        summary: "For an hour {{ $labels.instance }} has not said which recordings wait: its drain would wait for that",
        cure: journal,
      }),
    ],
  };
}
