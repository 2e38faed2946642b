import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { policy } from "../../../../apps/monitoring/access.ts";
import type { AlertGroup } from "../../../../apps/monitoring/alert.ts";
import { application } from "../../../../apps/monitoring/app.ts";
import { dashboardFiles, dashboards } from "../../../../apps/monitoring/dashboards/all.ts";
import { grafana, grafanaFiles } from "../../../../apps/monitoring/grafana.ts";
import { ruleFiles } from "../../../../apps/monitoring/rules.ts";
import { derived } from "./facts.ts";
import { knownMetrics, metricsIn } from "./knownMetrics.ts";

const { rules } = derived();
const jobs = [...rules.jobs, "bbb-exporter", "bbb-handover", "ingress-metrics"];
const all = dashboards(jobs);
const unknown = (expr: string) => metricsIn(expr).filter((name) => !knownMetrics.has(name));

it("metrics are found in an expression, and an unknown one is told", () => {
  expect(metricsIn('sum by (server) (rate(a_total{job="b_c"}[5m])) / on (x) max(d) > 0.5 unless e')).toEqual([
    "a_total",
    "d",
    "e",
  ]);
  expect(unknown("sum(node_laod1) + node_load1")).toEqual(["node_laod1"]);
});

describe.each(all.map((one) => [one.title, one] as const))("the dashboard %s", (_, { panels, choices = [] }) => {
  it("asks for metrics that there are, and nothing else", () => {
    const queries = panels.flatMap((panel) => panel.queries.map(([expr]) => expr));
    expect(queries.length).toBeGreaterThan(3);
    for (const expr of [...queries, ...choices.map(({ of }) => of)]) {
      expect(metricsIn(expr).length, expr).toBeGreaterThan(0);
      expect(unknown(expr), expr).toEqual([]);
    }
  });

  it("is chosen by variables that it has", () => {
    const used = panels.flatMap(({ queries }) => queries.flatMap(([expr]) => [...expr.matchAll(/=~"\$(\w+)"/g)]));
    expect([...new Set(used.map(([, name]) => name))]).toEqual(choices.map(({ name }) => name));
  });
});

it("rules ask for metrics that there are, too", () => {
  const groups = Object.entries(ruleFiles({ ...rules, jobs })).filter(([name]) => name !== "alerts-drift.yml");
  const exprs = groups.flatMap(([, text]) => (parse(text) as { groups: AlertGroup[] }).groups[0]?.rules ?? []);
  expect(exprs.length).toBeGreaterThan(40);
  for (const { alert, expr } of exprs) expect(unknown(expr), alert).toEqual([]);
});

it("there is one for roles, hosts, processes, meetings, Scalelite, recordings and TURN, where the estate has them", () => {
  const ids = (of: readonly string[]) => dashboards(of).map(({ id }) => id);
  expect(ids(jobs)).toEqual([
    ...["roles", "hosts", "processes", "meetings", "scalelite", "media", "recordings", "turn", "stores"],
  ]);
  expect(ids(["node-exporter"])).toEqual(["roles", "hosts"]);
});

it("each is a file as Grafana reads it: panels beside each other, all of one source, which is provisioned", () => {
  const files = dashboardFiles(jobs);
  expect(Object.keys(files)).toHaveLength(all.length);
  const { datasources } = parse(grafanaFiles({ host: "grafana.example.org" })["datasources.yaml"] ?? "");
  for (const text of Object.values(files)) {
    const { uid, panels } = JSON.parse(text);
    expect(uid).toMatch(/^estate-[a-z]+$/);
    const places = panels.map(({ gridPos }: { gridPos: { x: number; y: number } }) => `${gridPos.x} ${gridPos.y}`);
    expect(new Set(places).size).toBe(panels.length);
    for (const { datasource } of panels) expect(datasource.uid).toBe(datasources[0].uid);
  }
});

describe("Grafana", () => {
  it("has its password in a file, and no other way in", () => {
    const ini = grafanaFiles({ host: "grafana.example.org" })["grafana.ini"] ?? "";
    expect(ini).toContain("admin_password = $__file{/login/password}\n");
    expect(ini).not.toMatch(/anonymous|auth\.proxy/);
    const { volumes } = grafana({ host: "grafana.example.org" }).spec.template.spec;
    expect(volumes.find(({ secret }) => secret?.secretName === "monitoring-grafana-login")).toBeDefined();
    expect(new Set(volumes.map(({ name }) => name)).size).toBe(volumes.length);
  });

  it("is reached by the ingress, which lets in administrators alone, and reaches Prometheus", () => {
    const reached = { apps: [], hosts: [], orchestrators: [], hostJobs: [], notified: [] };
    const { ingress, egress } = policy("grafana", reached).spec;
    expect(JSON.stringify(ingress)).toContain('{"app.kubernetes.io/name":"ingress"}}}],"ports":[{"port":3000');
    expect(egress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([53, 53, 9090]);
    const web = (settings: object) => application.web?.(settings as never, { zone: "example.org" });
    expect(web({ grafana: {} })).toMatchObject([{ host: "grafana.example.org", from: "admins" }]);
    expect(web({})).toEqual([]);
  });
});
