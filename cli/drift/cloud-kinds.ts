import type { ServiceType } from "../../local/openstack-client/client.ts";
import type { Class } from "./finding.ts";
import { addressOn, type Held } from "./held.ts";
import type { Item } from "./item.ts";

/** The estate that looks at what nobody manages. */
export interface Ground {
  readonly held: Held;
  /** Name of the estate. */
  readonly estate: string;
  /** Id of the project. */
  readonly project: string;
  /** Name of the image that the document names: whoever uploads it, the estate only looks it up. */
  readonly image: string;
  /** The stack on this one, a base, whose check looks for what nobody manages of both: it is told once. @default this stack's own does */
  readonly scannedBy?: string;
}

/** A kind of thing that may be in the cloud and in no state. */
export interface CloudKind {
  readonly service: ServiceType;
  /** Where the cloud lists them; one is at `one`, else there with its id. */
  readonly path: string;
  readonly list?: string;
  readonly key: string;
  /** Pulumi's type. */
  readonly type: string;
  /** Whether a service of the cloud, or neutron itself, made it: it comes and goes with something else. */
  readonly clouds?: (item: Item, ground: Ground) => boolean;
  /** Whether it has to do with this estate, or could have. What does not is another's where a project is shared. */
  readonly touches: (item: Item, ground: Ground) => boolean;
  readonly class: (item: Item, ground: Ground) => Class;
  readonly meaning: (item: Item, ground: Ground) => string;
}

const has = (set: ReadonlySet<string>, id: string | null | undefined) => typeof id === "string" && set.has(id);

/** Whether it is in a security group of the estate: then what the estate trusts trusts it. */
function trusted({ security_groups }: Item, { held }: Ground): boolean {
  return (security_groups ?? []).some((group) => typeof group === "string" && held.own.groups.has(group));
}

function named({ name, description, metadata }: Item, { estate }: Ground): boolean {
  const prefixed = name === estate || Boolean(name?.startsWith(`${estate}-`));
  return prefixed || description === `Estate ${estate}` || metadata?.estate === estate;
}

/** Neutron's owners of ports that are no machine's: DHCP, routers, floating IPs; octavia's of its addresses and amphorae. */
const ownersOfCloud = /^(network:|neutron:)|^octavia|^Octavia/;

/** Rules of an ingress that let somebody in. */
function opens(item: Item): string {
  const who = item.remote_ip_prefix ?? (item.remote_group_id ? `group ${item.remote_group_id}` : "everybody");
  const ports = item.port_range_min ? ` ${item.port_range_min}-${item.port_range_max ?? item.port_range_min}` : "";
  const what = `${item.protocol ?? "every protocol"}${ports}`;
  return item.direction === "egress"
    ? `hosts of the group may reach ${who} on ${what}`
    : `${who} may reach hosts of the group on ${what}`;
}

export const cloudKinds: Readonly<Record<string, CloudKind>> = {
  server: {
    ...{ service: "compute", path: "/servers", list: "/servers/detail", key: "servers" },
    type: "openstack:compute/instance:Instance",
    // nova lists what it has deleted for a moment longer
    clouds: ({ status }) => status === "DELETED",
    touches: named,
    class: () => "ownership",
    meaning: (item, ground) =>
      named(item, ground)
        ? "a server that says it is the estate's, but no state holds it: an update that was killed, or another clone, may have made it"
        : "a server that no state holds: it costs, and nobody updates it",
  },
  port: {
    ...{ service: "network", path: "/v2.0/ports", key: "ports", type: "openstack:networking/port:Port" },
    // a server that no state holds is told itself; nova makes and deletes its ports; of one of ours,
    // those of its networks
    clouds: ({ device_owner, device_id, fixed_ips }, { held }) =>
      ownersOfCloud.test(device_owner ?? "") ||
      (Boolean(device_owner?.startsWith("compute:")) &&
        (!has(held.own.servers, device_id) ||
          (fixed_ips ?? []).some(({ ip_address }) => held.novas.has(addressOn(device_id ?? "", ip_address ?? ""))))),
    touches: (item, ground) =>
      has(ground.held.own.networks, item.network_id) ||
      has(ground.held.own.servers, item.device_id) ||
      trusted(item, ground),
    class: (item, ground) =>
      trusted(item, ground) || has(ground.held.own.servers, item.device_id) ? "security" : "ownership",
    meaning: (item, { held }) =>
      has(held.own.servers, item.device_id)
        ? "a second way into a host of the estate, which no document opened"
        : "a port that no state holds: it has an address of the network, and the security groups it was given",
  },
  floatingIp: {
    ...{ service: "network", path: "/v2.0/floatingips", key: "floatingips" },
    type: "openstack:networking/floatingIp:FloatingIp",
    touches: ({ port_id }, { held }) => has(held.own.ports, port_id) || has(held.ids, port_id),
    class: ({ port_id }, { held }) => (has(held.ids, port_id) ? "security" : "ownership"),
    meaning: ({ port_id }, { held }) =>
      has(held.ids, port_id)
        ? "a public address that leads to a port of the estate, which no document opened"
        : "a public address that no state holds: it counts against the quota, and may cost",
  },
  volume: {
    ...{ service: "block-storage", path: "/volumes", list: "/volumes/detail", key: "volumes" },
    type: "openstack:blockstorage/volume:Volume",
    touches: (item, ground) =>
      named(item, ground) || (item.attachments ?? []).some(({ server_id }) => ground.held.own.servers.has(server_id)),
    class: () => "ownership",
    meaning: ({ attachments }) =>
      (attachments ?? []).length > 0
        ? "a volume on a server that no state holds: what is on it goes unnoticed when the server is replaced"
        : "a volume that no state holds: it costs, and nobody knows what is on it",
  },
  group: {
    ...{ service: "network", path: "/v2.0/security-groups", key: "security_groups" },
    type: "openstack:networking/secGroup:SecGroup",
    // every project has it, and neutron makes it anew
    clouds: ({ name }) => name === "default",
    touches: named,
    class: () => "ownership",
    meaning: () => "a security group that no state holds",
  },
  rule: {
    ...{ service: "network", path: "/v2.0/security-group-rules", key: "security_group_rules" },
    type: "openstack:networking/secGroupRule:SecGroupRule",
    // rules of others' groups are theirs
    clouds: ({ security_group_id }, { held }) => !has(held.own.groups, security_group_id),
    touches: () => true,
    class: () => "security",
    meaning: (item) => `a rule in a group of the estate that no document has: ${opens(item)}`,
  },
  balancer: {
    ...{ service: "load-balancer", path: "/v2/lbaas/loadbalancers", key: "loadbalancers" },
    type: "openstack:loadbalancer/loadBalancer:LoadBalancer",
    touches: (item, ground) => named(item, ground) || has(ground.held.own.subnets, item.vip_subnet_id),
    class: ({ vip_subnet_id }, { held }) => (has(held.own.subnets, vip_subnet_id) ? "security" : "ownership"),
    meaning: () => "a load balancer that no state holds: it may lead into the estate's network",
  },
  image: {
    ...{ service: "image", path: "/v2/images", key: "images", type: "openstack:images/image:Image" },
    // others' images that this project only sees
    clouds: ({ owner, name }, { project, image }) => owner !== project || name === image,
    touches: named,
    class: () => "ownership",
    meaning: () => "an image of the project that no state holds: a snapshot may hold the secrets of the disk it is of",
  },
  keyPair: {
    ...{ service: "compute", path: "/os-keypairs", key: "keypairs", type: "openstack:compute/keypair:Keypair" },
    touches: named,
    class: () => "ownership",
    meaning: () => "a key pair of this user that no state holds: servers can be made with it",
  },
};

/** Record sets are listed for each zone of the estate. */
export function recordSets(zone: string): CloudKind {
  return {
    ...{ service: "dns", path: `/v2/zones/${zone}/recordsets`, key: "recordsets" },
    type: "openstack:dns/recordSet:RecordSet",
    // designate's own, and those that neutron or nova keep
    clouds: ({ type, managed }) => type === "NS" || type === "SOA" || managed === true,
    touches: () => true,
    class: () => "security",
    meaning: () =>
      "a name in a zone of the estate that no document has: it leads people who trust the zone somewhere else",
  };
}
