import { isLive } from "./balancers.ts";
import type { Cloud } from "./cloud.ts";
import type { HealthMonitor, LoadBalancer, Member, Pool } from "./model.ts";
import { names } from "./names.ts";

const algorithms: Readonly<Record<string, string>> = {
  ROUND_ROBIN: "roundrobin",
  LEAST_CONNECTIONS: "leastconn",
  SOURCE_IP: "source",
  SOURCE_IP_PORT: "source",
};

/** One pool of Octavia as a backend of haproxy. What cannot be played is added to `notes`. */
export function poolLines(cloud: Cloud, balancer: LoadBalancer, pool: Pool, notes: string[]): string[] {
  const what = `pool ${pool.name || pool.id} of load balancer ${balancer.name || balancer.id}`;
  if (pool.protocol === "UDP" || pool.protocol === "SCTP") {
    notes.push(`${what} does not balance here: ${pool.protocol} is not played`);
    return [];
  }
  if (pool.tls_enabled) notes.push(`${what}: TLS to its members is not played`);
  const monitor = cloud.healthMonitors.find(({ id }) => id === pool.healthmonitor_id);
  const check = monitor && isLive(monitor) ? checkOf(monitor, what, notes) : undefined;
  const namespace = names.balancer(balancer.id);
  // the timeouts that Octavia keeps at the listener are the backend's in haproxy
  const listener = cloud.listeners.find(({ default_pool_id }) => default_pool_id === pool.id);
  const { persistence, cookie } = persistenceOf(pool, what, notes);
  return [
    `backend ${pool.id}`,
    ` mode ${pool.protocol === "HTTP" || listener?.protocol === "HTTP" ? "http" : "tcp"}`,
    ` balance ${algorithms[pool.lb_algorithm] ?? "roundrobin"}`,
    ...persistence,
    ...(listener?.timeout_member_connect ? [` timeout connect ${listener.timeout_member_connect}ms`] : []),
    ...(listener?.timeout_member_data ? [` timeout server ${listener.timeout_member_data}ms`] : []),
    ...(check?.backend ?? []),
    ...pool.members
      .filter(isLive)
      .toSorted((a, b) => a.id.localeCompare(b.id))
      .map((member) => memberLine(member, namespace, [...(check?.server ?? []), ...proxyProtocol(pool)], cookie)),
  ];
}

function memberLine(member: Member, namespace: string, options: readonly string[], cookie: boolean): string {
  const checked = options.includes("check");
  return [
    ` server ${member.id} ${bracketed(member.address)}:${member.protocol_port} namespace ${namespace}`,
    `weight ${member.weight}`,
    ...(member.backup ? ["backup"] : []),
    ...options,
    ...(checked && member.monitor_address ? [`addr ${member.monitor_address}`] : []),
    ...(checked && member.monitor_port ? [`port ${member.monitor_port}`] : []),
    ...(cookie ? [`cookie ${member.id}`] : []),
  ].join(" ");
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function proxyProtocol({ protocol }: Pool): string[] {
  if (protocol === "PROXY") return ["send-proxy"];
  return protocol === "PROXYV2" ? ["send-proxy-v2"] : [];
}

function persistenceOf(
  { session_persistence: session, protocol }: Pool,
  what: string,
  notes: string[],
): { readonly persistence: readonly string[]; readonly cookie: boolean } {
  if (session?.type === "SOURCE_IP") {
    return { persistence: [" stick-table type ip size 10k expire 1h", " stick on src"], cookie: false };
  }
  if (session?.type === "HTTP_COOKIE" && protocol === "HTTP") {
    return { persistence: [" cookie SRV insert indirect nocache"], cookie: true };
  }
  if (session) notes.push(`${what}: session persistence ${session.type} is not played`);
  return { persistence: [], cookie: false };
}

/** How haproxy checks members, as the amphora's does. */
function checkOf(
  monitor: HealthMonitor,
  what: string,
  notes: string[],
): { readonly backend: readonly string[]; readonly server: readonly string[] } | undefined {
  const { type, delay, timeout, max_retries: rise, max_retries_down: fall } = monitor;
  if (!["TCP", "HTTP", "HTTPS", "TLS-HELLO"].includes(type)) {
    notes.push(`${what} counts all members as healthy: a health monitor of type ${type} is not played`);
    return undefined;
  }
  const tls = type === "HTTPS" || type === "TLS-HELLO";
  return {
    backend: [` timeout check ${timeout}s`, ...(type.startsWith("HTTP") ? httpCheck(monitor) : [])],
    server: ["check", `inter ${delay}s`, `fall ${fall}`, `rise ${rise}`, ...(tls ? ["check-ssl", "verify none"] : [])],
  };
}

function httpCheck({ http_method, url_path, http_version, domain_name, expected_codes }: HealthMonitor): string[] {
  const version = http_version === 1.1 ? " ver HTTP/1.1" : "";
  const host = domain_name ? ` hdr Host ${domain_name}` : "";
  return [
    " option httpchk",
    ` http-check send meth ${http_method || "GET"} uri ${url_path || "/"}${version}${host}`,
    ` http-check expect status ${(expected_codes || "200").replace(/\s/g, "")}`,
  ];
}
