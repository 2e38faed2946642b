import { createHmac } from "node:crypto";
import type { Port } from "./model.ts";
import { metadataAddress } from "./security-groups.ts";

/** A host that asks for metadata. */
export interface MetadataClient {
  readonly namespace: string;
  readonly serverId: string;
  readonly projectId: string;
  /** What nova is told as the address of the caller. */
  readonly address: string;
}

/** Where it is answered in a host's namespace: out of the way of anything on the host that listens on every address's port 80. */
const answeringPort = 61697;

/** Brings calls to port 80 of the metadata address, from a host and from its pods, to where they are answered. */
export function metadataTable(): string {
  const name = "ip estate-metadata";
  const rule = `  ip daddr ${metadataAddress} tcp dport 80 dnat to ${metadataAddress}:${answeringPort}`;
  return [
    `table ${name}`,
    `delete table ${name}`,
    `table ${name} {`,
    " chain prerouting {",
    "  type nat hook prerouting priority -100; policy accept;",
    rule,
    " }",
    " chain output {",
    "  type nat hook output priority -100; policy accept;",
    rule,
    " }",
    "}",
    "",
  ].join("\n");
}

/** Of a server's ports the first one with an address speaks for it. */
export function metadataClient(
  namespace: string,
  serverId: string,
  ports: readonly Port[],
): MetadataClient | undefined {
  const port = ports.find(({ fixed_ips }) => fixed_ips.length > 0);
  const address = port?.fixed_ips[0]?.ip_address;
  return port && address ? { namespace, serverId, projectId: port.project_id, address } : undefined;
}

/**
 * The configuration of haproxy as neutron's metadata proxy: it answers in the namespace of each host, and says to nova who
 * asks, signed with the secret that nova shares with neutron. What a caller says about itself is thrown away, also spelt
 * with underscores, which WSGI cannot tell from hyphens.
 */
export function metadataConfiguration(clients: readonly MetadataClient[], secret: string, socket: string): string {
  return [
    "global",
    " user haproxy",
    " group haproxy",
    " maxconn 4000",
    " nbthread 1",
    " hard-stop-after 10s",
    ` stats socket ${socket} mode 600 level admin expose-fd listeners`,
    "defaults",
    " mode http",
    " timeout connect 5s",
    " timeout client 60s",
    " timeout server 60s",
    " timeout http-request 10s",
    " default_backend nova",
    ...clients.flatMap((client) => frontend(client, secret)),
    "backend nova",
    " retries 3",
    " server nova 127.0.0.1:8775",
    "",
  ].join("\n");
}

function frontend({ namespace, serverId, projectId, address }: MetadataClient, secret: string): string[] {
  const signature = createHmac("sha256", secret).update(serverId).digest("hex");
  return [
    `frontend ${namespace}`,
    ` bind ${metadataAddress}:${answeringPort} namespace ${namespace}`,
    " http-request del-header ^x[-_](instance[-_]id|tenant[-_]id|forwarded[-_]for|metadata[-_]provider) -m reg",
    ` http-request set-header X-Instance-ID ${serverId}`,
    ` http-request set-header X-Tenant-ID ${projectId}`,
    ` http-request set-header X-Instance-ID-Signature ${signature}`,
    ` http-request set-header X-Forwarded-For ${address}`,
  ];
}
