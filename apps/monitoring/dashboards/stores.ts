import type { Dashboard } from "./panel.ts";

/** PostgreSQL and each application's Redis. */
export const stores: Dashboard = {
  ...{ id: "stores", title: "Data stores" },
  panels: [
    { title: "Size of databases", unit: "bytes", queries: [["pg_database_size_bytes", "{{datname}}"]] },
    {
      title: "Connections of PostgreSQL",
      queries: [
        ["pg_stat_database_numbackends", "{{datname}}"],
        ["max(pg_settings_max_connections)", "at most"],
      ],
    },
    {
      ...{ title: "Age of the newest backup", unit: "s" },
      queries: [["time() - max by (database) (estate_backup_last_success_timestamp_seconds)", "{{database}}"]],
    },
    {
      ...{ title: "Memory of Redis", unit: "percentunit" },
      queries: [["redis_memory_used_bytes / (redis_memory_max_bytes > 0)", "{{application}}"]],
    },
    { title: "Clients of Redis", queries: [["redis_connected_clients", "{{application}}"]] },
  ],
};
