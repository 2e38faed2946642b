import { mariadbSocket } from "./sections.ts";

/** The databases, one a service, two or three where a service wants that. */
export const databases = [
  "keystone",
  "glance",
  "placement",
  "nova_api",
  "nova",
  "nova_cell0",
  "neutron",
  "cinder",
  "designate",
  "octavia",
  "octavia_persistence",
] as const;

/**
 * my.cnf for the databases in `folder`: reachable by a socket only, by the user it runs as.
 *
 * A commit is handed to the kernel at once and reaches the disk within a second: nothing is lost when a process is killed,
 * and at most a second when the machine loses power.
 */
export function mariadbConf({ folder, run }: { readonly folder: string; readonly run: string }): string {
  return `[mariadbd]
user=root
datadir=${folder}
socket=${mariadbSocket({ run })}
pid-file=${run}/mysql.pid
skip-networking
skip-name-resolve
skip-log-bin
character-set-server=utf8mb4
collation-server=utf8mb4_general_ci
innodb_flush_log_at_trx_commit=2
innodb_log_file_size=32M
innodb_buffer_pool_size=160M
innodb_stats_persistent=OFF
performance_schema=OFF
aria_pagecache_buffer_size=8M
key_buffer_size=1M
table_definition_cache=2000
table_open_cache=2000
max_connections=600
`;
}
