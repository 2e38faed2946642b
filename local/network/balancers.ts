import type { Cloud } from "./cloud.ts";
import type { Listener, LoadBalancer, Pool } from "./model.ts";
import { names } from "./names.ts";
import { poolLines } from "./pools.ts";

/** The load balancers that Octavia has brought up, and goes on having while it changes or fails to change them. */
export function liveBalancers(cloud: Cloud): LoadBalancer[] {
  return cloud.loadBalancers.filter(
    ({ provisioning_status, vip_port_id }) =>
      ["ACTIVE", "PENDING_UPDATE", "ERROR"].includes(provisioning_status) && cloud.port.has(vip_port_id ?? ""),
  );
}

/**
 * The configuration of the haproxy that plays every amphora, each in its own namespace; nothing while no listener is open.
 * What it cannot do is said in `notes`.
 */
export function balancersConfiguration(
  cloud: Cloud,
  socket: string,
): { readonly configuration?: string; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const sections = liveBalancers(cloud)
    .filter(({ admin_state_up }) => admin_state_up)
    .flatMap((balancer) => [
      ...cloud.listeners
        .filter((listener) => belongs(listener, balancer) && isLive(listener))
        .flatMap((listener) => frontend(cloud, balancer, listener, notes)),
      ...cloud.pools
        .filter((pool) => belongs(pool, balancer) && isLive(pool))
        .flatMap((pool) => poolLines(cloud, balancer, pool, notes)),
    ]);
  if (!sections.some((line) => line.startsWith(" bind "))) return { notes };
  return {
    configuration: [
      "global",
      " maxconn 8000",
      " nbthread 1",
      // long connections, such as watches of Kubernetes, may end in peace when the configuration changes
      " hard-stop-after 300s",
      ` stats socket ${socket} mode 600 level admin expose-fd listeners`,
      "defaults",
      " timeout connect 5s",
      " timeout client 50s",
      " timeout server 50s",
      ...sections,
      "",
    ].join("\n"),
    notes,
  };
}

function frontend(cloud: Cloud, balancer: LoadBalancer, listener: Listener, notes: string[]): string[] {
  const mode = frontendMode(listener.protocol);
  const what = `listener ${listener.name || listener.id} of load balancer ${balancer.name || balancer.id}`;
  if (mode === undefined) {
    notes.push(`${what} does not listen here: ${listener.protocol} is not played`);
    return [];
  }
  if ((listener.l7policies ?? []).length > 0) notes.push(`${what}: its L7 policies are not played`);
  const pool = cloud.pools.find((candidate) => candidate.id === listener.default_pool_id);
  const cidrs = listener.allowed_cidrs ?? [];
  return [
    `frontend ${listener.id}`,
    ` mode ${mode}`,
    ` bind ${balancer.vip_address}:${listener.protocol_port} namespace ${names.balancer(balancer.id)}`,
    ...(listener.connection_limit > 0 ? [` maxconn ${listener.connection_limit}`] : []),
    ...(listener.timeout_client_data ? [` timeout client ${listener.timeout_client_data}ms`] : []),
    ...(cidrs.length > 0 ? [` tcp-request connection reject unless { src ${cidrs.join(" ")} }`] : []),
    ...(mode === "http" ? insertedHeaders(listener) : []),
    ...(pool && isLive(pool) ? [` default_backend ${pool.id}`] : []),
  ];
}

function frontendMode(protocol: string): "tcp" | "http" | undefined {
  if (protocol === "HTTP") return "http";
  return protocol === "TCP" || protocol === "HTTPS" ? "tcp" : undefined;
}

function insertedHeaders({ insert_headers, protocol_port }: Listener): string[] {
  const wanted = (name: string) => String(insert_headers?.[name]).toLowerCase() === "true";
  return [
    ...(wanted("X-Forwarded-For") ? [" option forwardfor"] : []),
    ...(wanted("X-Forwarded-Port") ? [` http-request set-header X-Forwarded-Port ${protocol_port}`] : []),
    ...(wanted("X-Forwarded-Proto") ? [" http-request set-header X-Forwarded-Proto http"] : []),
  ];
}

/** Switched on, and not on its way out. */
export function isLive(object: { readonly admin_state_up: boolean; readonly provisioning_status: string }): boolean {
  return object.admin_state_up && !["DELETED", "PENDING_DELETE"].includes(object.provisioning_status);
}

function belongs(object: Listener | Pool, { id }: LoadBalancer): boolean {
  return object.loadbalancers.some((reference) => reference.id === id);
}
