import type { OpenStack } from "../openstack-client/client.ts";
import { isNotFound } from "../openstack-client/error.ts";
import type { CloudState, Member, Pool, Server } from "./model.ts";
import type { InterfaceNames } from "./names.ts";

/** The services whose state makes the network. */
export type Part = "neutron" | "nova" | "octavia";

export const parts: readonly Part[] = ["neutron", "nova", "octavia"];

/** Reads one service; what it returns replaces those fields of the state. */
export function readPart(
  cloud: OpenStack,
  part: Part,
  state: CloudState,
  interfaces: ReadonlyMap<string, InterfaceNames>,
): Promise<Partial<CloudState>> {
  if (part === "neutron") return readNeutron(cloud);
  return part === "nova" ? readNova(cloud, state, interfaces) : readOctavia(cloud);
}

async function readNeutron(cloud: OpenStack): Promise<Partial<CloudState>> {
  const list = <T>(path: string) => cloud.list<T>("network", `/v2.0/${path}`, path.replaceAll("-", "_"));
  const [networks, subnets, ports, routers, floatingIps, securityGroups, addressGroups] = await Promise.all([
    list<CloudState["networks"][number]>("networks"),
    list<CloudState["subnets"][number]>("subnets"),
    list<CloudState["ports"][number]>("ports"),
    list<CloudState["routers"][number]>("routers"),
    list<CloudState["floatingIps"][number]>("floatingips"),
    list<CloudState["securityGroups"][number]>("security-groups"),
    list<CloudState["addressGroups"][number]>("address-groups").catch(absent),
  ]);
  return { networks, subnets, ports, routers, floatingIps, securityGroups, addressGroups };
}

/** An extension that this neutron does not have. */
function absent(error: unknown): never[] {
  if (isNotFound(error)) return [];
  throw error;
}

interface NovaServer {
  readonly id: string;
  readonly name: string;
}

/** Names of all servers; and the order of the interfaces of those with several whose order is not settled yet. */
async function readNova(
  cloud: OpenStack,
  { ports, servers: before }: CloudState,
  interfaces: ReadonlyMap<string, InterfaceNames>,
): Promise<Partial<CloudState>> {
  const known = new Map(before.map(({ id, macs }) => [id, macs]));
  const all = await cloud.list<NovaServer>("compute", "/servers", "servers", { query: { all_tenants: "1" } });
  const servers = all.map(async ({ id, name }): Promise<Server> => {
    const several = ports.filter(({ device_id }) => device_id === id).length > 1;
    const macs = several && !interfaces.get(id)?.stable ? await macsOf(cloud, id) : known.get(id);
    return { id, name, ...(macs && { macs }) };
  });
  return { servers: await Promise.all(servers) };
}

interface NovaDetail {
  readonly server: {
    readonly status: string;
    readonly addresses: Readonly<Record<string, readonly { "OS-EXT-IPS-MAC:mac_addr": string }[]>>;
  };
}

/** Nova lists addresses in the order of the server's interfaces, but while it builds the server not yet all of them. */
async function macsOf(cloud: OpenStack, id: string): Promise<readonly string[] | undefined> {
  const detail = await cloud.get<NovaDetail>("compute", `/servers/${id}`).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (!detail || detail.server.status === "BUILD") return undefined;
  const addresses = Object.values(detail.server.addresses).flat();
  return [...new Set(addresses.map((address) => address["OS-EXT-IPS-MAC:mac_addr"]))];
}

async function readOctavia(cloud: OpenStack): Promise<Partial<CloudState>> {
  const list = <T>(path: string, key = path) => cloud.list<T>("load-balancer", `/v2/lbaas/${path}`, key);
  const loadBalancers = await list<CloudState["loadBalancers"][number]>("loadbalancers");
  if (loadBalancers.length === 0) return { loadBalancers, listeners: [], pools: [], healthMonitors: [] };
  const [listeners, bare, healthMonitors] = await Promise.all([
    list<CloudState["listeners"][number]>("listeners"),
    list<Pool>("pools"),
    list<CloudState["healthMonitors"][number]>("healthmonitors"),
  ]);
  const pools = bare.map(async (pool) => ({
    ...pool,
    members: pool.members.length > 0 ? await list<Member>(`pools/${pool.id}/members`, "members").catch(absent) : [],
  }));
  return { loadBalancers, listeners, pools: await Promise.all(pools), healthMonitors };
}
