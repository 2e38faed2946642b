import type { OpenStack } from "../openstack-client/client.ts";

/** What the project `estate` may have; every other project has no limit. Volumes in number and GiB, memory in MiB. */
export const quotas = {
  compute: {
    instances: 200,
    cores: 2000,
    ram: 8_000_000,
    key_pairs: 100,
    server_groups: 50,
    server_group_members: 200,
  },
  volumes: { volumes: 500, gigabytes: 100_000, snapshots: 500 },
  network: {
    network: 50,
    subnet: 100,
    port: 1000,
    router: 20,
    floatingip: 200,
    security_group: 200,
    security_group_rule: 5000,
  },
  names: { zones: 100, zone_recordsets: 5000, zone_records: 5000, recordset_records: 100 },
  balancers: { load_balancer: 20, listener: 100, pool: 100, member: 1000, health_monitor: 100 },
} as const;

/** Gives the project its limits. */
export async function limitProject(admin: OpenStack, project: string): Promise<void> {
  const put = (service: Parameters<OpenStack["request"]>[1], path: string, body: unknown) =>
    admin.request("PUT", service, path, { body });
  await put("compute", `/os-quota-sets/${project}`, { quota_set: quotas.compute });
  await put("block-storage", `/os-quota-sets/${project}`, { quota_set: quotas.volumes });
  await put("network", `/v2.0/quotas/${project}`, { quota: quotas.network });
  await put("load-balancer", `/v2/lbaas/quotas/${project}`, { quota: quotas.balancers });
  await admin.request("PATCH", "dns", `/v2/quotas/${project}`, {
    body: quotas.names,
    headers: { "X-Auth-All-Projects": "true" },
  });
}
