import { answers, classes } from "./finding.ts";
import { exitCodes, type Report } from "./report.ts";

/** Names of metrics, and what each says. `alerts.yaml` uses them. */
const helps = {
  estate_drift_findings: "Findings that are reported, by the question they answer and what they mean.",
  estate_drift_waiting: "Findings that were not seen often enough to be reported.",
  estate_drift_compared_resources: "Resources that were compared with the cloud.",
  estate_drift_oldest_seconds: "Age of the oldest finding that is reported.",
  estate_drift_result: "How the check ended: 1 for the result it had, 0 for the others.",
  estate_drift_last_check_timestamp_seconds: "When the check was made.",
} as const;
export const metricNames = Object.keys(helps);

/** A check as text for the textfile collector of Prometheus' node_exporter. Every combination is there, so that none goes stale. */
export function renderMetrics({ stack, at, findings, waiting, compared, result }: Report): string {
  const own = `stack="${escaped(stack)}"`;
  const now = Date.parse(at) / 1000;
  const ages = findings.map(({ firstSeen }) => now - Date.parse(firstSeen) / 1000);
  const samples: Readonly<Record<keyof typeof helps, readonly string[]>> = {
    estate_drift_findings: answers.flatMap((answer) =>
      classes.map((kind) => {
        const count = findings.filter((one) => one.answer === answer && one.class === kind).length;
        return `{${own},answer="${answer}",class="${kind}"} ${count}`;
      }),
    ),
    estate_drift_waiting: [`{${own}} ${waiting.length}`],
    estate_drift_compared_resources: [`{${own}} ${compared}`],
    estate_drift_oldest_seconds: [`{${own}} ${Math.max(0, ...ages)}`],
    estate_drift_result: Object.keys(exitCodes).map((one) => `{${own},result="${one}"} ${one === result ? 1 : 0}`),
    estate_drift_last_check_timestamp_seconds: [`{${own}} ${now}`],
  };
  return Object.entries(helps)
    .flatMap(([name, help]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...samples[name as keyof typeof helps].map((sample) => `${name}${sample}`),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

function escaped(label: string): string {
  return label.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
