import { hosts, roles } from "./hosts.ts";
import { media, meetings, scalelite } from "./meetings.ts";
import { type Dashboard, dashboardJson } from "./panel.ts";
import { processes } from "./processes.ts";
import { recordings } from "./recordings.ts";
import { stores } from "./stores.ts";
import { turn } from "./turn.ts";

/** The dashboards of what Prometheus reads: none about what the estate has not. */
export function dashboards(jobs: readonly string[]): readonly Dashboard[] {
  const reads = (job: string, ...shown: Dashboard[]) => (jobs.includes(job) ? shown : []);
  return [
    ...[roles, hosts],
    ...reads("process-exporter", processes),
    ...reads("registrator-http", meetings, scalelite),
    ...reads("bbb-exporter", media),
    ...reads("scalelite-spool", recordings),
    ...reads("turn-exporter", turn),
    ...reads("postgres-exporter", stores),
  ];
}

/** The files that Grafana reads them from. */
export function dashboardFiles(jobs: readonly string[]): Readonly<Record<string, string>> {
  const files = dashboards(jobs).map((one) => [
    `${one.id}.json`,
    `${JSON.stringify(dashboardJson(one), undefined, 1)}\n`,
  ]);
  return Object.fromEntries(files);
}
