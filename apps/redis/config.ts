/**
 * redis.conf. Changing it restarts the server, which is an outage of seconds.
 *
 * Nothing is ever evicted: for Scalelite, Redis is where servers and meetings are, and for Greenlight where messages between its processes
 * are; a write that finds no memory fails loudly instead. Each write is appended to a file, which reaches the disk within a second;
 * while the disk is busy Redis holds the append itself back, for two seconds at most, and a kill then loses those.
 */
export function redisConf({ memoryMiB }: { readonly memoryMiB: number }): string {
  return `bind * -::*
port 6379
# nobody gets in without a password: see users.acl
protected-mode no
appendonly yes
appendfsync everysec
# the file that is appended to is all that is kept
save ""
# while the file is rewritten, memory may double
maxmemory ${Math.floor(memoryMiB / 2)}mb
maxmemory-policy noeviction
tcp-keepalive 60
timeout 0
shutdown-timeout 20
`;
}
