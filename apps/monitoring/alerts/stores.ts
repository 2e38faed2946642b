import { type AlertGroup, alert } from "../alert.ts";

/** The database server, as its exporter has it. Backups are in apps/postgres/alerts.ts. */
export function postgresAlerts(): AlertGroup {
  return {
    name: "postgres",
    rules: [
      alert("PostgresDown", {
        ...{ severity: "critical", for: "2m" },
        expr: "pg_up == 0",
        summary: "PostgreSQL does not answer: applications that use it stand still",
        cure: "kubectl -n estate logs statefulset/postgres; is its volume full (alerts about disks)?",
      }),
      alert("PostgresConnectionsShort", {
        ...{ severity: "warning", for: "10m" },
        expr: "sum(pg_stat_database_numbackends) / max(pg_settings_max_connections) > 0.85",
        summary: "{{ $value | humanizePercentage }} of PostgreSQL's connections are taken",
        cure: "Write a larger apps.postgres.maxConnections, and memoryMiB with it; it restarts the server",
      }),
      alert("PostgresDeadlocks", {
        ...{ severity: "warning" },
        expr: "increase(pg_stat_database_deadlocks[15m]) > 0",
        summary: "Transactions of {{ $labels.datname }} waited for each other, and one was ended",
        cure: "kubectl -n estate logs statefulset/postgres names the two statements; tell whoever keeps that application",
      }),
    ],
  };
}

/** Each application's Redis, as its exporter has it. */
export function redisAlerts(): AlertGroup {
  return {
    name: "redis",
    rules: [
      alert("RedisDown", {
        ...{ severity: "critical", for: "2m" },
        expr: "redis_up == 0",
        summary: "The Redis of {{ $labels.application }} does not answer",
        cure: "kubectl -n estate logs statefulset/{{ $labels.application }}-redis",
      }),
      alert("RedisMemoryShort", {
        ...{ severity: "critical", for: "10m" },
        // nothing is evicted there: at the limit, writes fail
        expr: "redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.85",
        summary: "The Redis of {{ $labels.application }} has taken {{ $value | humanizePercentage }} of its memory",
        cure: "Write a larger apps.redis.instances.{{ $labels.application }}.memoryMiB; it restarts that server",
      }),
      alert("RedisCannotWrite", {
        ...{ severity: "critical", for: "2m" },
        expr: "redis_aof_last_write_status == 0",
        summary: "The Redis of {{ $labels.application }} cannot write to its file: it takes no changes",
        cure: "Is its volume full (alerts about disks)? kubectl -n estate logs statefulset/{{ $labels.application }}-redis",
      }),
    ],
  };
}
