/** What of the alerts can be known without promtool; what they do, promtool says of ruleTests.ts (test/beside/monitoring). */
import { expect, it } from "vitest";
import { parse } from "yaml";
import type { AlertGroup } from "../../../../apps/monitoring/alert.ts";
import { ruleFiles } from "../../../../apps/monitoring/rules.ts";
import { versionNumber } from "../../../../apps/registrator/service/release.ts";
import { derived } from "./facts.ts";
import { alertCases, jobs, ruleTests } from "./ruleTests.ts";

const { rules } = derived();
// the bbb hosts' own exporter comes with the application that runs BigBlueButton, Traefik's readings with the ingress
const everything = ruleFiles({ ...rules, jobs: [...rules.jobs, "bbb-exporter", "bbb-handover", "ingress-metrics"] });
const groupsOf = (files: Readonly<Record<string, string>>) =>
  Object.values(files).flatMap((text) => (parse(text) as { groups: AlertGroup[] }).groups);
const groups = groupsOf(everything);
const alerts = groups.flatMap((group) => group.rules);

it("every alert has a name of its own, a severity, what is wrong and what to do", () => {
  expect(alerts.length).toBeGreaterThan(35);
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  for (const { alert, labels, annotations } of alerts) {
    expect(["critical", "warning", "info"], alert).toContain(labels.severity);
    const { summary, ...rest } = annotations as unknown as Record<string, string>;
    expect(summary, alert).toMatch(/\S/);
    expect(rest.cure ?? rest.action, alert).toMatch(/\S{2}/);
  }
});

it("every alert of ours has a case in which it fires, and one in which it does not", () => {
  const cased = new Set(alertCases.map(({ alert }) => alert));
  expect(alerts.map(({ alert }) => alert).filter((alert) => !cased.has(alert))).toEqual([]);
  expect([...cased].filter((alert) => !alerts.some((one) => one.alert === alert))).toEqual([]);
  const severities = Object.fromEntries(alerts.map(({ alert, labels }) => [alert, labels.severity]));
  const { rule_files, tests } = parse(ruleTests(Object.keys(everything), severities));
  expect(rule_files).toContain("alerts-hosts.yml");
  expect(tests).toHaveLength(alertCases.length * 2);
  expect(tests[0].promql_expr_test[0].exp_samples).toEqual([
    {
      labels: '{alertname="HostNotReady",condition="Ready",status="true",node="bbb-01",severity="critical"}',
      value: 1,
    },
  ]);
});

it("has what the operators of the estate must know", () => {
  const names = alerts.map(({ alert }) => alert);
  for (const wanted of [
    ...["BbbApiDown", "PollerStale", "RecordingSpoolOld", "TurnWithoutAllocations", "DiskFull", "ScrapeTooSlow"],
    ...["BbbVersionBehind", "OrchestratorVersionBehind", "HostNotReady", "BackupTooOld", "EstateDriftSecurity"],
  ])
    expect(names).toContain(wanted);
});

it("is looked at with the jobs of an estate that has everything", () => {
  expect([...rules.jobs, "bbb-exporter", "bbb-handover", "ingress-metrics"].sort()).toEqual([...jobs].sort());
});

it("is about nothing that the estate has not", () => {
  const { scalelite: _, ...without } = rules;
  const bare = groupsOf(ruleFiles({ ...without, jobs: ["node-exporter"], backups: false })).map(({ name }) => name);
  expect(bare.sort()).toEqual(["estate-drift", "hosts", "orchestrator", "reading"]);
  const importing = (recordings: boolean) =>
    JSON.stringify(ruleFiles({ ...rules, scalelite: { recordings } })).includes("RecordingSpoolOld");
  expect([importing(true), importing(false)]).toEqual([true, false]);
});

it("tells a slow reading by what its job may take", () => {
  const slow = alerts.find(({ alert }) => alert === "ScrapeTooSlow");
  expect(slow?.expr).toMatch(/\{job=~"bbb-exporter"\} > 36$/);
  expect(slow?.expr).toMatch(/^scrape_duration_seconds\{job=~"[^"]*registrator-http[^"]*"\} > 8 or /);
});

it("counts releases so that a later one is more", () => {
  const counted = ["2.7.18", "3.0.4", "3.0.35", "4.0.0"].map(versionNumber);
  expect(counted).toEqual([2_007_018, 3_000_004, 3_000_035, 4_000_000]);
});
