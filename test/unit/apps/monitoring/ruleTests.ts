import { stringify } from "yaml";

/** Series as promtool writes them: a value now, and what is added each minute how often. */
type Series = Readonly<Record<string, string>>;

/** What must be true of an alert: where it fires, and where it is silent though nearly all is the same. */
export interface AlertCase {
  readonly alert: string;
  /** Series that make it fire, by their names with labels. */
  readonly fires: Series;
  /** Labels of the alert that fires, but for alertname and severity. */
  readonly labels: Readonly<Record<string, string>>;
  /** The other series: with them it does not fire. */
  readonly silent: Series;
  /** When it is looked at. @default 30m */
  readonly at?: string;
}

const steady = (value: number) => `${value}x1600`;
const ready = { condition: "Ready", status: "true", node: "bbb-01" };
const labelled = (name: string, labels: Readonly<Record<string, string>>) =>
  `${name}{${Object.entries(labels)
    .map(([key, value]) => `${key}="${value}"`)
    .join(",")}}`;

const up = (job: string, instance: string) => labelled("up", { job, instance });
const disk = { instance: "bbb-01", mountpoint: "/", fstype: "ext4" };
const diskOf = (available: string, of = disk): Series => ({
  [labelled("node_filesystem_avail_bytes", of)]: available,
  [labelled("node_filesystem_size_bytes", of)]: steady(100),
});
const server = { server: "bbb-01" };
const state = (word: string) => labelled("registrator_server_state", { ...server, state: word });
const online = labelled("registrator_server_online", server);
const load = labelled("registrator_server_load", server);
const importer = labelled("kube_deployment_status_replicas_ready", {
  ...{ namespace: "estate", deployment: "scalelite-importer" },
});
const people = labelled("registrator_server_people", server);
const relayed = (instance: string) =>
  labelled("turn_total_allocations", { instance, job: "turn-exporter", type: "UDP" });
const version = (of: string, release: string) =>
  labelled("registrator_server_version", { server: of, version: release });

/** An alert of nothing but a value. */
function plain(
  alert: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  fires: string,
  silent: string,
): AlertCase {
  const series = labelled(name, labels);
  return { alert, fires: { [series]: fires }, labels, silent: { [series]: silent } };
}

/** Of an estate with everything. */
export const jobs = [
  ...["node-exporter", "process-exporter", "bbb-exporter", "turn-exporter", "feedback-private", "registrator-http"],
  ...["monitoring-prometheus", "monitoring-alertmanager", "monitoring-kube-state"],
  ...["postgres-exporter", "redis-exporter-scalelite", "scalelite-spool", "ingress-metrics", "bbb-handover"],
];

const hosts: readonly AlertCase[] = [
  { ...plain("HostNotReady", "kube_node_status_condition", ready, steady(0), steady(1)) },
  plain("HostUnseen", "up", { job: "node-exporter", instance: "bbb-01" }, steady(0), steady(1)),
  { alert: "DiskAlmostFull", fires: diskOf(steady(10)), labels: disk, silent: diskOf(steady(20)) },
  { alert: "DiskFull", fires: diskOf(steady(4)), labels: disk, silent: diskOf(steady(6)) },
  {
    alert: "DiskFullSoon",
    ...{ fires: diskOf("70-0.1x1600"), silent: diskOf(steady(20)), labels: disk, at: "8h" },
  },
  {
    alert: "InodesAlmostGone",
    fires: {
      [labelled("node_filesystem_files_free", disk)]: steady(5),
      [labelled("node_filesystem_files", disk)]: steady(100),
    },
    labels: disk,
    silent: {
      [labelled("node_filesystem_files_free", disk)]: steady(50),
      [labelled("node_filesystem_files", disk)]: steady(100),
    },
  },
  {
    alert: "MemoryShort",
    fires: {
      'node_memory_MemAvailable_bytes{instance="bbb-01"}': steady(4),
      'node_memory_MemTotal_bytes{instance="bbb-01"}': steady(100),
    },
    labels: { instance: "bbb-01" },
    silent: {
      'node_memory_MemAvailable_bytes{instance="bbb-01"}': steady(40),
      'node_memory_MemTotal_bytes{instance="bbb-01"}': steady(100),
    },
  },
  {
    ...plain("ClockNotSynchronized", "node_timex_sync_status", { instance: "bbb-01" }, steady(0), steady(1)),
    at: "40m",
  },
];

const orchestrator: readonly AlertCase[] = [
  plain(
    "WorkloadIncomplete",
    "kube_deployment_status_replicas_unavailable",
    { namespace: "estate", deployment: "feedback" },
    steady(1),
    steady(0),
  ),
  plain(
    "ContainerRestarts",
    "kube_pod_container_status_restarts_total",
    { namespace: "estate", pod: "feedback-1", container: "feedback" },
    "0+1x60",
    steady(7),
  ),
  {
    alert: "JobFailed",
    fires: { 'kube_job_status_failed{namespace="estate",job_name="roles"}': steady(1) },
    labels: { namespace: "estate", job_name: "roles" },
    // the second try succeeded
    silent: {
      'kube_job_status_failed{namespace="estate",job_name="roles"}': steady(1),
      'kube_job_status_succeeded{namespace="estate",job_name="roles"}': steady(1),
    },
  },
  {
    alert: "OrchestratorVersionBehind",
    fires: { 'kube_node_info{node="bbb-01",kubelet_version="v1.33.1+k3s1"}': steady(1) },
    labels: { node: "bbb-01", kubelet_version: "v1.33.1+k3s1" },
    silent: { 'kube_node_info{node="bbb-01",kubelet_version="v1.34.2+k3s1"}': steady(1) },
    at: "25h",
  },
];

const reading: readonly AlertCase[] = [
  plain("TargetDown", "up", { job: "feedback-private", instance: "10.42.0.7:8081" }, steady(0), steady(1)),
  {
    alert: "JobWithoutTargets",
    // all others are there
    fires: Object.fromEntries(
      jobs.filter((job) => job !== "feedback-private").map((job) => [up(job, "one"), steady(1)]),
    ),
    labels: { job: "feedback-private" },
    silent: Object.fromEntries(jobs.map((job) => [up(job, "one"), steady(1)])),
  },
  plain("ScrapeTooSlow", "scrape_duration_seconds", { job: "feedback-private", instance: "one" }, steady(9), steady(3)),
  plain(
    "RulesFail",
    "prometheus_rule_evaluation_failures_total",
    { job: "monitoring-prometheus", rule_group: "hosts" },
    "0+1x60",
    steady(3),
  ),
  plain(
    "AlertsNotTaken",
    "prometheus_notifications_errors_total",
    { job: "monitoring-prometheus", alertmanager: "one" },
    "0+1x60",
    steady(3),
  ),
  plain(
    "AlertsNotSent",
    "alertmanager_notifications_failed_total",
    { job: "monitoring-alertmanager", integration: "email" },
    "0+1x60",
    steady(3),
  ),
];

const meetings: readonly AlertCase[] = [
  plain("BbbApiDown", "bbb_api_up", { job: "bbb-exporter", instance: "bbb-01" }, steady(0), steady(1)),
  {
    alert: "BbbApiSlow",
    fires: {
      'bbb_api_latency_sum{instance="bbb-01"}': "0+60x60",
      'bbb_api_latency_count{instance="bbb-01"}': "0+10x60",
    },
    labels: { instance: "bbb-01" },
    silent: {
      'bbb_api_latency_sum{instance="bbb-01"}': "0+6x60",
      'bbb_api_latency_count{instance="bbb-01"}': "0+10x60",
    },
  },
];

const scalelite: readonly AlertCase[] = [
  plain(
    "ScaleliteDown",
    "kube_deployment_status_replicas_ready",
    { namespace: "estate", deployment: "scalelite-api" },
    steady(0),
    steady(2),
  ),
  plain(
    "PollerDown",
    "kube_deployment_status_replicas_ready",
    { namespace: "estate", deployment: "scalelite-poller" },
    steady(0),
    steady(1),
  ),
  {
    alert: "ScaleliteUnseen",
    // the last look was at the beginning
    fires: { registrator_look_timestamp_seconds: steady(0), registrator_trouble: steady(1) },
    labels: {},
    silent: { registrator_look_timestamp_seconds: "0+60x1600", registrator_trouble: steady(0) },
  },
  // there never was a look
  {
    alert: "ScaleliteUnseen",
    fires: { registrator_trouble: steady(1) },
    labels: {},
    silent: { registrator_look_timestamp_seconds: "0+60x1600", registrator_trouble: steady(1) },
  },
  {
    alert: "ScaleliteWithoutServers",
    fires: {
      registrator_leader: steady(1),
      [online]: steady(1),
      [state("enabled")]: steady(0),
      [state("cordoned")]: steady(1),
    },
    labels: {},
    silent: { registrator_leader: steady(1), [online]: steady(1), [state("enabled")]: steady(1) },
  },
  {
    alert: "ScaleliteServerOffline",
    fires: { [online]: steady(0), [state("enabled")]: steady(1) },
    labels: server,
    // it is being replaced
    silent: { [online]: steady(0), [state("enabled")]: steady(0), [state("disabled")]: steady(1) },
  },
  {
    alert: "PollerStale",
    fires: { [state("enabled")]: steady(1) },
    labels: {},
    silent: { [state("enabled")]: steady(1), [load]: steady(0) },
  },
  {
    alert: "PollerStale",
    fires: { [state("enabled")]: steady(1), [load]: steady(15), [people]: "0+1x60" },
    labels: {},
    silent: { [state("enabled")]: steady(1), [load]: "0+1x60", [people]: "0+1x60" },
  },
  {
    alert: "BbbVersionBehind",
    fires: { [version("bbb-01", "3.0.34")]: steady(3_000_034) },
    labels: { ...server, version: "3.0.34" },
    silent: { [version("bbb-01", "3.0.35")]: steady(3_000_035) },
    at: "90m",
  },
  {
    alert: "BbbVersionsDiffer",
    fires: { [version("bbb-01", "3.0.35")]: steady(3_000_035), [version("bbb-02", "3.0.36")]: steady(3_000_036) },
    labels: {},
    silent: { [version("bbb-01", "3.0.35")]: steady(3_000_035), [version("bbb-02", "3.0.35")]: steady(3_000_035) },
    at: "25h",
  },
  plain("RecordingStepFailed", "bbb_recordings_failed", { instance: "bbb-01" }, steady(2), steady(0)),
  {
    ...plain("RecordingNotHandedOver", "bbb_recordings_waiting", { instance: "bbb-01" }, steady(1), steady(0)),
    at: "25h",
  },
  {
    alert: "RecordingsUnseen",
    fires: { [labelled("bbb_recordings_looked_timestamp_seconds", { instance: "bbb-01" })]: steady(0) },
    labels: { instance: "bbb-01" },
    // a minute each minute
    silent: { [labelled("bbb_recordings_looked_timestamp_seconds", { instance: "bbb-01" })]: "0+60x200" },
    at: "90m",
  },
  plain("RecordingSpoolOld", "scalelite_spool_oldest_seconds", {}, steady(4000), steady(600)),
  {
    alert: "ImporterDown",
    fires: { [importer]: steady(0) },
    labels: { namespace: "estate", deployment: "scalelite-importer" },
    silent: { [importer]: steady(1) },
  },
  {
    alert: "RecordingStoreAlmostFull",
    fires: { scalelite_store_free_bytes: steady(5), scalelite_store_size_bytes: steady(100) },
    labels: {},
    silent: { scalelite_store_free_bytes: steady(50), scalelite_store_size_bytes: steady(100) },
  },
];

const turn: readonly AlertCase[] = [
  plain("TurnDown", "up", { job: "turn-exporter", instance: "turn-01" }, steady(0), steady(1)),
  {
    alert: "TurnWithoutAllocations",
    // servers that never had an allocation have no series of it
    fires: { [up("turn-exporter", "turn-01")]: steady(1), [people]: steady(80) },
    labels: {},
    silent: { [up("turn-exporter", "turn-01")]: steady(1), [people]: steady(80), [relayed("turn-01")]: steady(2) },
    at: "40m",
  },
  {
    alert: "TurnServerUnused",
    fires: {
      [up("turn-exporter", "turn-01")]: steady(1),
      [up("turn-exporter", "turn-02")]: steady(1),
      [relayed("turn-02")]: steady(20),
    },
    labels: { instance: "turn-01" },
    silent: {
      [up("turn-exporter", "turn-01")]: steady(1),
      [up("turn-exporter", "turn-02")]: steady(1),
      [relayed("turn-01")]: steady(9),
      [relayed("turn-02")]: steady(20),
    },
    at: "70m",
  },
];

const backup = { store: "postgres", database: "scalelite" };
const lastBackup = labelled("estate_backup_last_success_timestamp_seconds", backup);
const backups: readonly AlertCase[] = [
  {
    alert: "BackupTooOld",
    ...{ fires: { [lastBackup]: steady(0) }, labels: { database: "scalelite" }, at: "4h" },
    silent: { [lastBackup]: "0+60x1600" },
  },
  {
    alert: "BackupsUnknown",
    ...{ fires: {}, labels: { store: "postgres" }, silent: { [lastBackup]: "0+60x1600" } },
  },
];

const redis = { application: "scalelite", job: "redis-exporter-scalelite" };
const stores: readonly AlertCase[] = [
  plain("PostgresDown", "pg_up", { job: "postgres-exporter" }, steady(0), steady(1)),
  {
    alert: "PostgresConnectionsShort",
    fires: {
      'pg_stat_database_numbackends{datname="scalelite"}': steady(60),
      'pg_stat_database_numbackends{datname="greenlight"}': steady(30),
      pg_settings_max_connections: steady(100),
    },
    labels: {},
    silent: {
      'pg_stat_database_numbackends{datname="scalelite"}': steady(60),
      pg_settings_max_connections: steady(100),
    },
  },
  plain("PostgresDeadlocks", "pg_stat_database_deadlocks", { datname: "scalelite" }, "0+1x60", steady(3)),
  plain("RedisDown", "redis_up", redis, steady(0), steady(1)),
  {
    alert: "RedisMemoryShort",
    fires: {
      [labelled("redis_memory_used_bytes", redis)]: steady(90),
      [labelled("redis_memory_max_bytes", redis)]: steady(100),
    },
    labels: redis,
    // one without a limit of its own says 0
    silent: {
      [labelled("redis_memory_used_bytes", redis)]: steady(90),
      [labelled("redis_memory_max_bytes", redis)]: steady(0),
    },
  },
  plain("RedisCannotWrite", "redis_aof_last_write_status", redis, steady(0), steady(1)),
];

const page = { cn: "meet.example.org" };
const certificates: readonly AlertCase[] = [
  {
    ...plain("CertificateEndsSoon", "traefik_tls_certs_not_after", page, steady(10 * 86_400), steady(60 * 86_400)),
    at: "90m",
  },
  plain("CertificateEndsNow", "traefik_tls_certs_not_after", page, steady(86_400), steady(10 * 86_400)),
];

const watched = { stack: "prod" };
const found = (answer: string, kind: string) => labelled("estate_drift_findings", { ...watched, answer, class: kind });
const result = (word: string) => labelled("estate_drift_result", { ...watched, result: word });
const checked = labelled("estate_drift_last_check_timestamp_seconds", watched);
const drift: readonly AlertCase[] = [
  {
    alert: "EstateDriftSecurity",
    fires: { [found("unmanaged", "security")]: steady(1), [result("updating")]: steady(0) },
    labels: watched,
    // what is half-made looks like drift
    silent: { [found("unmanaged", "security")]: steady(1), [result("updating")]: steady(1) },
  },
  {
    alert: "EstateDriftOutage",
    fires: { [found("cloud", "outage")]: steady(1) },
    labels: watched,
    // what was not rolled out yet stops nothing
    silent: { [found("program", "outage")]: steady(1), [found("cloud", "cosmetic")]: steady(1) },
  },
  plain("EstateDriftOld", "estate_drift_oldest_seconds", watched, steady(8 * 86_400), steady(6 * 86_400)),
  {
    ...plain("EstateDriftCheckBroken", "estate_drift_result", { ...watched, result: "broken" }, steady(1), steady(0)),
    at: "3h",
  },
  {
    ...{ alert: "EstateDriftCheckMissing", labels: watched, at: "5h" },
    fires: { [checked]: steady(0) },
    silent: { [checked]: "0+60x1600" },
  },
  {
    ...{ alert: "EstateDriftCheckMissing", labels: watched, at: "5h" },
    // the machine that told of it is gone, with all it told
    fires: { [checked]: "0+60x10 _x1600" },
    silent: { [checked]: "0+60x200 _x1600" },
  },
];

/** Every alert of ours, once or more. */
export const alertCases: readonly AlertCase[] = [
  ...[
    ...hosts,
    ...orchestrator,
    ...reading,
    ...meetings,
    ...scalelite,
    ...turn,
    ...stores,
    ...certificates,
    ...backups,
    ...drift,
  ],
];

/**
 * The cases as `promtool test rules` reads them: those of the alerts that are in the files.
 *
 * @param severities of these alerts, by name
 */
export function ruleTests(ruleFiles: readonly string[], severities: Readonly<Record<string, string>>): string {
  const tests = alertCases.flatMap((one) => {
    if (!Object.hasOwn(severities, one.alert)) return [];
    const { alert, labels, at = "30m" } = one;
    const test = (word: string, series: Series, exp_alerts: readonly object[]) => ({
      ...{ name: `${alert} ${word}`, interval: "1m" },
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: expected(alert, at, labels, severities[alert], exp_alerts.length > 0),
    });
    return [test("fires", one.fires, [labels]), test("is silent", one.silent, [])];
  });
  return stringify({ rule_files: ruleFiles, evaluation_interval: "1m", tests }, { lineWidth: 0 });
}

/** By the series ALERTS, in which annotations are not: they are for people, and may change. */
function expected(
  alertname: string,
  eval_time: string,
  labels: Readonly<Record<string, string>>,
  severity = "",
  fires: boolean,
) {
  const expr = `count by (${["alertname", ...Object.keys(labels), "severity"].join(",")}) (ALERTS{alertname="${alertname}",alertstate="firing"})`;
  const series = labelled("", { alertname, ...labels, severity });
  return [{ expr, eval_time, exp_samples: fires ? [{ labels: series, value: 1 }] : [] }];
}
