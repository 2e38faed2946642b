import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Status and body. */
export type Reply = readonly [number, unknown];

export interface FakeOpenstack {
  readonly authUrl: string;
  /** Requests as `GET /compute/servers/detail (compute 2.47)`, without those of keystone. */
  readonly seen: readonly string[];
  close(): void;
}

const types = ["compute", "network", "image", "dns", "volumev3"];

/** A whole cloud behind one address: keystone, and each service under its type. What has no reply is 404. */
export async function fakeOpenstack(
  replies: Readonly<Record<string, Reply>>,
  listed: readonly string[] = types,
): Promise<FakeOpenstack> {
  const seen: string[] = [];
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://fake");
    const send = ([status, body]: Reply, headers = {}) =>
      response.writeHead(status, { connection: "close", ...headers }).end(JSON.stringify(body));
    if (url.pathname === "/v3/auth/tokens") {
      const catalog = listed.map((type) => {
        return { type, endpoints: [{ interface: "public", region: "one", url: `${origin()}/${type}` }] };
      });
      const expires_at = new Date(Date.now() + 3_600_000).toISOString();
      const token = { expires_at, project: { id: "p1", name: "estate" }, catalog };
      return void send([201, { token }], { "x-subject-token": "token" });
    }
    const version = request.headers["openstack-api-version"];
    seen.push(`${request.method} ${request.url}${version ? ` (${version})` : ""}`);
    send(replies[url.pathname] ?? [404, { message: "no such thing" }]);
  });
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { authUrl: origin(), seen, close: () => void server.close() };
}

const quota = { limit: 100, used: 10, reserved: 0 };
const ofNeutron = ["network", "subnet", "router", "port", "floatingip", "security_group", "security_group_rule"];
const limits = Object.fromEntries(
  ["Instances", "Cores", "RAMSize", "Keypairs"].map((measure) => [`maxTotal${measure}`, 100_000]),
);

/** A cloud as its services answer, in which the local document fits: one server of the estate is there. */
export const roomy: Readonly<Record<string, Reply>> = {
  "/compute/limits": [
    200,
    { limits: { absolute: { ...limits, totalInstancesUsed: 3, totalCoresUsed: 20, totalRAMUsed: 40_000 } } },
  ],
  "/compute/servers/detail": [
    200,
    { servers: [{ name: "bbb-01", metadata: { estate: "estate" }, flavor: { vcpus: 8, ram: 16_384 } }] },
  ],
  "/compute/flavors/detail": [
    200,
    {
      flavors: ["m1.small", "m1.medium", "m1.large"].map((name, index) => {
        return { name, vcpus: 2 ** (index + 1), ram: 4096 * 2 ** index, disk: 20 };
      }),
    },
  ],
  "/compute/os-availability-zone": [
    200,
    {
      availabilityZoneInfo: ["az1", "az2", "az3"].map((zoneName) => ({ zoneName, zoneState: { available: true } })),
    },
  ],
  "/compute/os-keypairs": [200, { keypairs: [{ keypair: { name: "estate" } }] }],
  "/compute/os-server-groups": [200, { server_groups: [] }],
  "/volumev3/os-quota-sets/p1": [
    200,
    {
      quota_set: {
        id: "p1",
        ...{ volumes: { limit: 10, in_use: 3, reserved: 1 }, gigabytes: { limit: 1000, in_use: 340, reserved: 0 } },
        ...{
          per_volume_gigabytes: { limit: -1, in_use: 0, reserved: 0 },
          snapshots: { limit: 10, in_use: 0, reserved: 0 },
        },
        ...{ volumes_ssd: { limit: -1, in_use: 0, reserved: 0 }, gigabytes_ssd: { limit: -1, in_use: 0, reserved: 0 } },
      },
    },
  ],
  "/volumev3/volumes/detail": [
    200,
    {
      volumes: [
        { name: "bbb-01-recordings", description: "Estate estate", size: 100, volume_type: "ssd" },
        { name: "bbb-02-recordings", description: null, size: 100, volume_type: "ssd" },
      ],
    },
  ],
  "/volumev3/types": [200, { volume_types: [{ id: "t1", name: "ssd", is_public: true }] }],
  "/image/v2/images": [200, { images: [{ name: "flatcar-local", status: "active", min_disk: 1 }] }],
  "/network/v2.0/networks": [
    200,
    {
      networks: [
        { id: "n-public", name: "public", "router:external": true, subnets: ["s"], status: "ACTIVE", project_id: "x" },
      ],
    },
  ],
  "/network/v2.0/subnets": [200, { subnets: [] }],
  "/network/v2.0/routers": [200, { routers: [] }],
  "/network/v2.0/ports": [200, { ports: [] }],
  "/network/v2.0/floatingips": [200, { floatingips: [] }],
  "/network/v2.0/security-groups": [200, { security_groups: [] }],
  "/network/v2.0/quotas/p1/details": [200, { quota: Object.fromEntries(ofNeutron.map((what) => [what, quota])) }],
  "/network/v2.0/network-ip-availabilities/n-public": [
    200,
    {
      network_ip_availability: {
        subnet_ip_availability: [
          { subnet_id: "s6", ip_version: 6, total_ips: 1e18, used_ips: 0 },
          { subnet_id: "s", ip_version: 4, total_ips: 100, used_ips: 10 },
        ],
      },
    },
  ],
  "/dns/v2/quotas/p1": [200, { zones: 10, zone_recordsets: 500, zone_records: 500 }],
  "/dns/v2/zones": [200, { zones: [{ id: "z1", name: "estate.test." }] }],
  "/dns/v2/zones/z1/recordsets": [
    200,
    {
      recordsets: [
        { name: "estate.test.", type: "SOA", records: ["x"] },
        { name: "bbb-01.estate.test.", type: "A", records: ["192.0.2.1"] },
      ],
    },
  ],
};
