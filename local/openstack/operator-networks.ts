import { addresses, type operatorNetworks } from "../addresses.ts";
import type { OpenStack } from "../openstack-client/client.ts";
import type { Named } from "./find.ts";

/** The external network, for routers and floating IPs; and the provider network, which every project may put its hosts on. */
export async function ensureOperatorNetworks(admin: OpenStack): Promise<void> {
  await ensure(admin, addresses.external, { "router:external": true });
  await ensure(admin, addresses.provider, { shared: true });
}

async function ensure(admin: OpenStack, one: (typeof operatorNetworks)[number], kind: object): Promise<void> {
  const { name, cidr, gateway, first, last } = one;
  const flat = { "provider:network_type": "flat", "provider:physical_network": name };
  const network = { name, ...kind, ...flat };
  const { id } = await findOrMake(admin, "network", network);
  const pools = [{ start: first, end: last }];
  const subnet = { name, network_id: id, ip_version: 4, cidr, gateway_ip: gateway, enable_dhcp: false };
  await findOrMake(admin, "subnet", { ...subnet, allocation_pools: pools });
}

async function findOrMake(
  admin: OpenStack,
  kind: "network" | "subnet",
  wanted: Readonly<Record<string, unknown>> & { readonly name: string },
): Promise<Named> {
  const path = `/v2.0/${kind}s`;
  const [found] = await admin.list<Named>("network", path, `${kind}s`, { query: { name: wanted.name } });
  if (found) return found;
  const made = await admin.request<Record<string, Named>>("POST", "network", path, { body: { [kind]: wanted } });
  const { [kind]: result } = made;
  if (!result) throw new Error(`neutron answered without the ${kind} it made`);
  return result;
}
