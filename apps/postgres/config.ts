/** What PostgreSQL's own files are made of. */
export interface ConfigFacts {
  /** Memory that the pod may have, in MiB. */
  readonly memoryMiB: number;
  readonly maxConnections: number;
  /** Folder for the socket. */
  readonly run: string;
}

/** postgresql.conf. Changing it restarts the server, which is an outage of seconds. */
export function postgresqlConf({ memoryMiB, maxConnections, run }: ConfigFacts): string {
  return `listen_addresses = '*'
port = 5432
unix_socket_directories = '${run}'
max_connections = ${maxConnections}
# a quarter of the memory, as PostgreSQL's manual advises; the rest is for sessions and the kernel's cache
shared_buffers = ${Math.floor(memoryMiB / 4)}MB
effective_cache_size = ${Math.floor(memoryMiB / 2)}MB
password_encryption = scram-sha-256
# a client that vanished, such as a host that was replaced, must not hold its locks for two hours
tcp_keepalives_idle = 60
tcp_keepalives_interval = 10
tcp_keepalives_count = 6
idle_in_transaction_session_timeout = 10min
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
log_checkpoints = off
log_lock_waits = on
`;
}

/** pg_hba.conf: a password for everyone, whichever way they come. */
export function pgHbaConf(): string {
  return `local all all scram-sha-256
host all all 0.0.0.0/0 scram-sha-256
host all all ::/0 scram-sha-256
`;
}
