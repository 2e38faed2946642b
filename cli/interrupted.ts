import type { OpenStack, ServiceType } from "../local/openstack-client/client.ts";

/** The part of `pulumi stack export` that is used here. */
export interface Checkpoint {
  readonly deployment: {
    readonly resources?: readonly Recorded[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: Recorded }[];
  };
}

interface Recorded {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
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
}

/** Nova wraps each key pair, which has no id but its name. */
type Listed = Item | { readonly keypair: { readonly name: string } };

function asItem(listed: Listed): Item {
  return "keypair" in listed ? { id: listed.keypair.name, name: listed.keypair.name } : listed;
}

/** Something that a killed engine had asked the cloud for and did not live to write down. */
export interface Orphan {
  readonly urn: string;
  /** Where the cloud has it: service, path and id. */
  readonly path: string;
  readonly what: string;
  readonly remove: (openstack: OpenStack) => Promise<void>;
}

type Inputs = Readonly<Record<string, unknown>>;

interface Kind {
  readonly service: ServiceType;
  /** Where the cloud lists them; one is at the same path with its id. */
  readonly path: string | ((inputs: Inputs) => string);
  readonly key: string;
  /** Whether an item that no state holds is the one the interrupted operation asked for. */
  readonly same: (item: Item, inputs: Inputs) => boolean;
  readonly remove?: (openstack: OpenStack, item: Item) => Promise<void>;
}

const byName = (item: Item, inputs: Inputs) => item.name === inputs.name;

const kinds: Readonly<Record<string, Kind>> = {
  "openstack:compute/instance:Instance": { service: "compute", path: "/servers", key: "servers", same: byName },
  "openstack:compute/serverGroup:ServerGroup": {
    service: "compute",
    path: "/os-server-groups",
    key: "server_groups",
    same: byName,
  },
  "openstack:compute/keypair:Keypair": { service: "compute", path: "/os-keypairs", key: "keypairs", same: byName },
  "openstack:networking/port:Port": { service: "network", path: "/v2.0/ports", key: "ports", same: byName },
  "openstack:networking/network:Network": { service: "network", path: "/v2.0/networks", key: "networks", same: byName },
  "openstack:networking/subnet:Subnet": { service: "network", path: "/v2.0/subnets", key: "subnets", same: byName },
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
    service: "network",
    path: "/v2.0/floatingips",
    key: "floatingips",
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
  "openstack:blockstorage/volume:Volume": { service: "block-storage", path: "/volumes", key: "volumes", same: byName },
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
      const { service, key, same, remove } = kind;
      const path = typeof kind.path === "string" ? kind.path : kind.path(inputs);
      const items = (await openstack.list<Listed>(service, path, key)).map(asItem);
      const one = (item: Item) =>
        remove?.(openstack, item) ?? openstack.request<undefined>("DELETE", service, `${path}/${item.id}`);
      return items
        .filter((item) => !recorded.has(item.id) && same(item, inputs))
        .map((item) => ({
          ...{ urn, path: `${service}${path}/${item.id}`, what: `${key} ${item.name || item.description || item.id}` },
          remove: async () => void (await one(item)),
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
