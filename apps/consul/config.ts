import { datacenter, folders, peersName, ports } from "./names.ts";

/** What servers are told that is no secret. */
export interface ServerFacts {
  readonly servers: number;
  /** Whether they show their pages. */
  readonly page: boolean;
}

/** What is secret of it. */
export interface ServerSecrets {
  readonly management: string;
  readonly agent: string;
  readonly gossip: string;
}

/**
 * server.json, as Consul reads it at its start. Nobody may do anything but by a token. Ports that nothing here uses are closed: DNS, gRPC
 * of a service mesh, federation with other places.
 *
 * @source Consul's documentation, "Agent configuration reference"
 */
export function serverConfig({ servers, page }: ServerFacts, { management, agent, gossip }: ServerSecrets) {
  return {
    ...{ server: true, datacenter, data_dir: `${folders.data}/consul`, bootstrap_expect: servers },
    ...{ client_addr: "0.0.0.0", bind_addr: "0.0.0.0" },
    // pods have other addresses after each start: names lead to them
    ...(servers > 1 ? { retry_join: [`${peersName}:${ports.serf}`], retry_interval: "5s" } : {}),
    ports: {
      ...{ http: ports.http, server: ports.rpc, serf_lan: ports.serf },
      serf_wan: -1,
      dns: -1,
      grpc: -1,
      grpc_tls: -1,
    },
    encrypt: gossip,
    acl: {
      ...{ enabled: true, default_policy: "deny", down_policy: "extend-cache" },
      tokens: { initial_management: management, agent },
    },
    // a server whose host is replaced comes back with its volume: it is neither to leave for that, nor to be taken for gone
    ...{ leave_on_terminate: false, autopilot: { min_quorum: 3 } },
    ...{ connect: { enabled: false }, peering: { enabled: false }, ui_config: { enabled: page } },
    ...{ disable_update_check: true, log_json: true },
  };
}
