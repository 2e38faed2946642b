/** Which metrics the estate's dashboards and rules ask for, and which of them something tells of in the local stack. */

import { parse } from "yaml";
import type { AlertGroup } from "../../../apps/monitoring/alert.ts";
import { dashboards } from "../../../apps/monitoring/dashboards/all.ts";
import { monitoringFacts } from "../../../apps/monitoring/facts.ts";
import { ruleFiles } from "../../../apps/monitoring/rules.ts";
import type { EstateFacts } from "../../../stacks/facts.ts";
import { metricsIn } from "../../unit/apps/monitoring/knownMetrics.ts";

/** Whose metrics they are, by how they begin, where that does not run here: why not. */
const untold: Readonly<Record<string, string>> = {
  bbb_: "BigBlueButton is played, and with it its exporter and what hands recordings over",
  turn_: "Debian builds coturn without Prometheus",
  kube_: "kube-state-metrics is played",
  registrator_: "the registrator's image is ours, and is not built here",
  traefik_: "Traefik is played",
  estate_backup_: "the first backup is made at night",
  estate_drift_: "nobody looks for drift in this estate",
};

/** All that are asked for. */
export function askedFor(facts: EstateFacts): readonly string[] {
  const { rules } = monitoringFacts(facts, { scrapeSeconds: 10, leastBbb: "3.0.35" });
  const panels = dashboards(rules.jobs).flatMap(({ panels, choices = [] }) => [
    ...panels.flatMap(({ queries }) => queries.map(([expr]) => expr)),
    ...choices.map(({ of }) => of),
  ]);
  const groups = Object.values(ruleFiles(rules)).flatMap((text) => (parse(text) as { groups: AlertGroup[] }).groups);
  const exprs = [...panels, ...groups.flatMap((group) => group.rules.map(({ expr }) => expr))];
  return [...new Set(exprs.flatMap(metricsIn))].sort();
}

/** Those that must be there, and for which beginnings nobody asks any more. */
export function mustBe(asked: readonly string[]): {
  readonly told: readonly string[];
  readonly unused: readonly string[];
} {
  const excused = Object.keys(untold);
  return {
    told: asked.filter((name) => !excused.some((beginning) => name.startsWith(beginning))),
    unused: excused.filter((beginning) => !asked.some((name) => name.startsWith(beginning))),
  };
}
