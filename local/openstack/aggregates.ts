import type { OpenStack } from "../openstack-client/client.ts";
import { zones } from "./zones.ts";

interface Aggregate {
  readonly id: number;
  readonly name: string;
  readonly hosts: readonly string[];
}

/** Puts each hypervisor into its availability zone. Nova must know the hypervisors. */
export async function ensureZones(admin: OpenStack): Promise<void> {
  const known = await admin.list<Aggregate>("compute", "/os-aggregates", "aggregates");
  for (const [zone, hosts] of Object.entries(zones)) {
    const aggregate = known.find(({ name }) => name === zone) ?? (await make(admin, zone));
    for (const host of hosts) {
      if (aggregate.hosts.includes(host)) continue;
      await admin.request("POST", "compute", `/os-aggregates/${aggregate.id}/action`, { body: { add_host: { host } } });
    }
  }
}

async function make(admin: OpenStack, zone: string): Promise<Aggregate> {
  const body = { aggregate: { name: zone, availability_zone: zone } };
  const made = await admin.request<{ aggregate: Omit<Aggregate, "hosts"> }>("POST", "compute", "/os-aggregates", {
    body,
  });
  return { ...made.aggregate, hosts: [] };
}
