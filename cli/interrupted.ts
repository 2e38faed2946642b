import type { OpenStack, ServiceType } from "../local/openstack-client/client.ts";

/** The part of `pulumi stack export` that is used here. */
export interface Checkpoint {
  readonly deployment: {
    /** When the state was written. */
    readonly manifest?: { readonly time?: string };
    readonly resources?: readonly Recorded[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: Recorded }[];
  };
}

export interface Recorded {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** To be deleted, its replacement is there. */
  readonly delete?: boolean;
  /** Deleted, its replacement is yet to be made. */
  readonly pendingReplacement?: boolean;
}

interface Item {
  readonly id: string;
  readonly name?: string;
  readonly type?: string;
  readonly description?: string;
  readonly security_group_id?: string;
  readonly port_id?: string | null;
  readonly device_id?: string;
  readonly device_owner?: string;
  readonly network_id?: string;
  readonly public_key?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly loadbalancers?: readonly { readonly id: string }[];
  readonly status?: string;
}

/** Nova wraps each key pair, which has no id but its name. */
type Listed = Item | { readonly keypair: { readonly name: string; readonly public_key?: string } };

function asItem(listed: Listed): Item {
  return "keypair" in listed ? { id: listed.keypair.name, ...listed.keypair } : listed;
}

/** Something that a killed engine had asked the cloud for and did not live to write down. */
export interface Orphan {
  readonly urn: string;
  readonly id: string;
  /** Of a server: nova's word for how it is. */
  readonly status?: string;
  /** Where the cloud has it: service, path and id. */
  readonly path: string;
  readonly what: string;
  /** Whether it can be nothing else. If not, a project that others use too may hold one of theirs that looks the same. */
  readonly certain: boolean;
  readonly remove: (openstack: OpenStack) => Promise<void>;
}

type Inputs = Readonly<Record<string, unknown>>;

interface Kind {
  readonly service: ServiceType;
  /** Where the cloud lists them; one is at the same path with its id. */
  readonly path: string | ((inputs: Inputs) => string);
  readonly key: string;
  /** Where they are listed with all that `same` reads. @default the path */
  readonly list?: string;
  /** Whether an item that no state holds is the one the interrupted operation asked for. */
  readonly same: (item: Item, inputs: Inputs) => boolean;
  /** Of those, the ones that it can be by what else the cloud says. */
  readonly narrow?: (openstack: OpenStack, items: readonly Item[], inputs: Inputs) => Promise<readonly Item[]>;
  /** Whether its name is a host's or a role's, without the estate's: then another estate of the project may have one too. */
  readonly common?: true;
  readonly remove?: (openstack: OpenStack, item: Item) => Promise<void>;
}

const byName = (item: Item, inputs: Inputs) => item.name === inputs.name;

function estateOf({ metadata }: Item | Inputs): string | undefined {
  return (metadata as Item["metadata"])?.estate;
}

/** A server of the same name that is on another port is another's. A port without a device lost it, or is yet to get it. */
async function onItsPort(
  openstack: OpenStack,
  servers: readonly Item[],
  { networks }: Inputs,
): Promise<readonly Item[]> {
  const [first] = (networks ?? []) as readonly { readonly port?: string }[];
  if (servers.length === 0 || !first?.port) return servers;
  const { port } = await openstack.get<{ port: Item }>("network", `/v2.0/ports/${first.port}`);
  return servers.filter(({ id }) => !port.device_id || port.device_id === id);
}

const server = "openstack:compute/instance:Instance";

const kinds: Readonly<Record<string, Kind>> = {
  [server]: {
    ...{ service: "compute", path: "/servers", list: "/servers/detail", key: "servers" },
    same: (item, inputs) => item.name === inputs.name && estateOf(item) === estateOf(inputs),
    narrow: onItsPort,
  },
  "openstack:compute/serverGroup:ServerGroup": {
    service: "compute",
    path: "/os-server-groups",
    key: "server_groups",
    same: byName,
    common: true,
  },
  "openstack:compute/keypair:Keypair": {
    ...{ service: "compute", path: "/os-keypairs", key: "keypairs" },
    // a name that was taken is refused: then it is another's
    same: (item, inputs) =>
      item.name === inputs.name && (item.public_key ?? "").trim() === String(inputs.publicKey ?? "").trim(),
  },
  "openstack:networking/port:Port": {
    ...{ service: "network", path: "/v2.0/ports", key: "ports", common: true },
    same: (item, inputs) => item.name === inputs.name && item.network_id === inputs.networkId && !item.device_id,
  },
  "openstack:networking/network:Network": { service: "network", path: "/v2.0/networks", key: "networks", same: byName },
  "openstack:networking/subnet:Subnet": {
    ...{ service: "network", path: "/v2.0/subnets", key: "subnets" },
    same: (item, inputs) => item.name === inputs.name && item.network_id === inputs.networkId,
  },
  "openstack:networking/router:Router": { service: "network", path: "/v2.0/routers", key: "routers", same: byName },
  "openstack:networking/secGroup:SecGroup": {
    service: "network",
    path: "/v2.0/security-groups",
    key: "security_groups",
    same: byName,
  },
  "openstack:networking/secGroupRule:SecGroupRule": {
    service: "network",
    path: "/v2.0/security-group-rules",
    key: "security_group_rules",
    // a rule has no name; its description is its meaning
    same: (item, inputs) =>
      item.security_group_id === inputs.securityGroupId && item.description === inputs.description,
  },
  "openstack:networking/floatingIp:FloatingIp": {
    ...{ service: "network", path: "/v2.0/floatingips", key: "floatingips", common: true },
    same: (item, inputs) => !item.port_id && item.description === inputs.description,
  },
  "openstack:networking/routerInterface:RouterInterface": {
    service: "network",
    path: "/v2.0/ports",
    key: "ports",
    same: (item, inputs) => item.device_id === inputs.routerId && item.device_owner === "network:router_interface",
    remove: async (openstack, item) => {
      const body = { port_id: item.id };
      await openstack.request("PUT", "network", `/v2.0/routers/${item.device_id}/remove_router_interface`, { body });
    },
  },
  "openstack:blockstorage/volume:Volume": {
    ...{ service: "block-storage", path: "/volumes", key: "volumes", common: true },
    same: byName,
  },
  "openstack:dns/zone:Zone": { service: "dns", path: "/v2/zones", key: "zones", same: byName },
  "openstack:dns/recordSet:RecordSet": {
    service: "dns",
    path: ({ zoneId }) => `/v2/zones/${zoneId}/recordsets`,
    key: "recordsets",
    same: (item, inputs) => item.name === inputs.name && item.type === inputs.type,
  },
  "openstack:loadbalancer/loadBalancer:LoadBalancer": {
    service: "load-balancer",
    path: "/v2/lbaas/loadbalancers",
    key: "loadbalancers",
    same: byName,
  },
  "openstack:loadbalancer/listener:Listener": {
    ...{ service: "load-balancer", path: "/v2/lbaas/listeners", key: "listeners" },
    same: (item, inputs) =>
      item.name === inputs.name && Boolean(item.loadbalancers?.some(({ id }) => id === inputs.loadbalancerId)),
  },
  "openstack:loadbalancer/member:Member": {
    ...{ service: "load-balancer", path: ({ poolId }) => `/v2/lbaas/pools/${poolId}/members`, key: "members" },
    same: byName,
  },
};

/** What the interrupted creations of a stack left in the cloud, that no state holds. */
export async function orphansOf({ deployment }: Checkpoint, openstack: OpenStack): Promise<readonly Orphan[]> {
  // the id of a record set in the state is its zone's and its own
  const recorded = new Set(deployment.resources?.map(({ id }) => id?.split("/").at(-1)));
  const creations = (deployment.pending_operations ?? []).filter(({ type }) => type === "creating");
  const orphans = await Promise.all(
    creations.map(async ({ resource: { type, urn, inputs = {} } }) => {
      const kind = kinds[type];
      if (!kind) return [];
      const { service, key, same, remove, narrow, common = false } = kind;
      const path = typeof kind.path === "string" ? kind.path : kind.path(inputs);
      const listed = (await openstack.list<Listed>(service, kind.list ?? path, key)).map(asItem);
      const alike = listed.filter((item) => !recorded.has(item.id) && same(item, inputs));
      const items = (await narrow?.(openstack, alike, inputs)) ?? alike;
      const one = (item: Item) =>
        remove?.(openstack, item) ?? openstack.request<undefined>("DELETE", service, `${path}/${item.id}`);
      return items.map((item) => ({
        ...{ urn, id: item.id, ...(type === server && item.status ? { status: item.status } : {}) },
        ...{ path: `${service}${path}/${item.id}`, what: `${key} ${item.name || item.description || item.id}` },
        ...{ certain: !common, remove: async () => void (await one(item)) },
      }));
    }),
  );
  // two operations may have asked for things that look the same
  return [...new Map(orphans.flat().map((orphan) => [orphan.path, orphan])).values()];
}

/** The same state, without the operations that were interrupted. */
export function withoutPending<State extends Checkpoint>(state: State): State {
  const { pending_operations: _, ...deployment } = state.deployment;
  return { ...state, deployment };
}
