import { readFileSync } from "node:fs";
import { join } from "node:path";

const project = join(import.meta.dirname, "../../../..");

/** Names of metrics in the source of a program of ours: what is renamed there is unknown here. */
function written(file: string, names: RegExp): string[] {
  return [...readFileSync(join(project, file), "utf8").matchAll(names)].map(([name]) => name);
}

/**
 * Metrics that the estate is known to have. Those of others are listed as their documentation has them, as far as a rule or a dashboard
 * asks for them; a name that is not here is a mistake, or must be looked up and added.
 *
 * @source documentation or source of each exporter, 2026-11
 */
export const knownMetrics: ReadonlySet<string> = new Set([
  ...["up", "scrape_duration_seconds", "ALERTS"],
  ...["node_cpu_seconds_total", "node_load1", "node_timex_sync_status", "node_network_receive_drop_total"],
  ...["node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes", "node_filesystem_avail_bytes"],
  ...["node_filesystem_size_bytes", "node_filesystem_files", "node_filesystem_files_free"],
  ...["node_network_receive_bytes_total", "node_network_transmit_bytes_total"],
  ...["namedprocess_namegroup_cpu_seconds_total", "namedprocess_namegroup_memory_bytes"],
  ...["namedprocess_namegroup_num_procs", "namedprocess_namegroup_states"],
  ...["kube_node_info", "kube_node_status_condition", "kube_deployment_status_replicas_ready"],
  ...["kube_deployment_status_replicas_unavailable", "kube_statefulset_replicas"],
  ...["kube_statefulset_status_replicas_ready", "kube_daemonset_status_number_unavailable"],
  ...["kube_pod_container_status_restarts_total", "kube_job_status_failed", "kube_job_status_succeeded"],
  ...["prometheus_rule_evaluation_failures_total", "prometheus_notifications_errors_total"],
  "alertmanager_notifications_failed_total",
  ...["bbb_api_up", "bbb_api_latency_sum", "bbb_api_latency_count", "bbb_meetings_participants"],
  // handover.sh
  ...["bbb_recordings_waiting", "bbb_recordings_failed", "bbb_recordings_looked_timestamp_seconds"],
  ...["bbb_meetings_voice_participants", "bbb_meetings_video_participants"],
  ...["turn_total_allocations", "turn_total_traffic_rcvb", "turn_total_traffic_sentb"],
  ...["pg_up", "pg_database_size_bytes", "pg_stat_database_numbackends", "pg_stat_database_deadlocks"],
  "pg_settings_max_connections",
  ...["redis_up", "redis_memory_used_bytes", "redis_memory_max_bytes", "redis_aof_last_write_status"],
  "redis_connected_clients",
  "traefik_tls_certs_not_after",
  ...written("apps/registrator/service/metrics.ts", /registrator_\w+/g),
  ...written("apps/scalelite/service/spool.ts", /scalelite_\w+/g),
  ...written("apps/postgres/scripts/backup.sh", /estate_backup_\w+/g),
]);

/** Names of metrics that an expression of PromQL asks for. */
export function metricsIn(expr: string): string[] {
  const bare = expr
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, "")
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, "")
    .replaceAll(/\b(?:by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)/g, "");
  const words = bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w)(?!\s*\()/g);
  const operators = new Set(["and", "or", "unless", "bool", "offset"]);
  const aggregations = /^(?:sum|max|min|avg|count|topk)$/;
  return [...words].map(([word]) => word).filter((word) => !operators.has(word) && !aggregations.test(word));
}
