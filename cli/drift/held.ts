import { isIPv4 } from "node:net";
import type { Checkpoint, Recorded } from "../interrupted.ts";

/** An object of Kubernetes by what it is, whatever version it is asked for in. */
export interface ObjectKey {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Where resources have the addresses that they stand for: of a list, each. */
const addressed = ["address", "allFixedIps", "vipAddress"] as const;

/** What states hold, as far as the scan must know it. */
export interface Held {
  /** Ids of the cloud, of every stack that was read. */
  readonly ids: ReadonlySet<string>;
  /** `objectKey` of every object of Kubernetes. */
  readonly objects: ReadonlySet<string>;
  /** This stack's own objects by their URN, as they are asked for. */
  readonly written: ReadonlyMap<string, ObjectKey & { readonly apiVersion: string }>;
  /** Ids of this stack's own, by what they are. */
  readonly own: Readonly<Record<"servers" | "ports" | "networks" | "subnets" | "groups", ReadonlySet<string>>>;
  /** The zones of this stack: id and name. */
  readonly zones: readonly { readonly id: string; readonly name: string }[];
  /** The namespaces that this stack made. */
  readonly namespaces: readonly string[];
  /** Hosts of the document, which should be nodes: id and name of each one's server. A server that was adopted is none. */
  readonly hosts: readonly { readonly id: string; readonly name: string; readonly urn: string }[];
  /** `addressOn` of what servers have of their networks, on ports that nova made with them. */
  readonly novas: ReadonlySet<string>;
  /** IPv4 addresses of this stack's ports, floating IPs and load balancers. */
  readonly addresses: ReadonlySet<string>;
}

const server = "openstack:compute/instance:Instance";
const own = {
  ...{ servers: server, ports: "openstack:networking/port:Port", networks: "openstack:networking/network:Network" },
  ...{ subnets: "openstack:networking/subnet:Subnet", groups: "openstack:networking/secGroup:SecGroup" },
} as const;

/** In the URN of what the component of a host made. */
const ofHost = "estate:compute:Host$";

/** Ids that a resource stands for beside its own: what the cloud made for it. */
const beside = ["vipPortId", "gatewayPortId", "externalGatewayPortId"] as const;

/**
 * @param others the states of other stacks, whose resources are managed too
 * @param base the state of the base, where that is a stack of its own: what is in its groups, zones and networks is looked at as well
 */
export function heldBy(state: Checkpoint, others: readonly Checkpoint[] = [], base?: Checkpoint): Held {
  const mine = [state, ...(base ? [base] : [])].flatMap(resourcesIn);
  const all = [state, ...others].flatMap(resourcesIn);
  const idsOf = (type: string) => new Set(mine.filter((one) => one.type === type).flatMap(({ id }) => id ?? []));
  return {
    ids: new Set(all.flatMap(cloudIds)),
    objects: new Set(all.flatMap((one) => objectOf(one) ?? []).map(objectKey)),
    written: new Map(
      mine.flatMap((one) => {
        const [object, { apiVersion }] = [objectOf(one), valuesOf(one)];
        return object && typeof apiVersion === "string" ? [[one.urn, { ...object, apiVersion }] as const] : [];
      }),
    ),
    own: {
      ...{ servers: idsOf(own.servers), ports: idsOf(own.ports), networks: idsOf(own.networks) },
      ...{ subnets: idsOf(own.subnets), groups: idsOf(own.groups) },
    },
    zones: mine
      .filter(({ type }) => type === "openstack:dns/zone:Zone")
      .map(({ id = "", ...one }) => ({ id, name: textOf(valuesOf(one).name) })),
    namespaces: mine
      .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
      .flatMap((one) => objectOf(one)?.name ?? []),
    hosts: mine
      .filter(({ type, urn }) => type === server && urn.includes(ofHost))
      .map(({ id = "", urn, ...one }) => ({ id, urn, name: textOf(valuesOf(one).name) })),
    novas: new Set(mine.filter(({ type }) => type === server).flatMap(givenByNova)),
    addresses: new Set(mine.filter(({ type }) => type.startsWith("openstack:")).flatMap(addressesOf)),
  };
}

/** Without what is deleted already; what is yet to be deleted is still held. */
function resourcesIn({ deployment }: Checkpoint): readonly Recorded[] {
  return (deployment.resources ?? []).filter((one) => !one.pendingReplacement);
}

/** Of a record set and a member the state has the id of what they are in too: `zone/record`. */
function cloudIds(one: Recorded): string[] {
  if (!one.id || one.type.startsWith("kubernetes:")) return [];
  const more = beside.map((key) => textOf(valuesOf(one)[key])).filter((id) => id !== "");
  return [one.id, one.id.split("/").at(-1) ?? one.id, ...more];
}

/** An address of a network, on a server. */
export function addressOn(serverId: string, address: string): string {
  return `${serverId} ${address}`;
}

interface ServerNetwork {
  /** The id of a port that it was given. */
  readonly port?: string;
  readonly fixedIpV4?: string;
  readonly fixedIpV6?: string;
}

function givenByNova({ id = "", ...one }: Recorded): string[] {
  const networks = (valuesOf(one).networks ?? []) as readonly ServerNetwork[];
  const addresses = networks.filter(({ port }) => !port).flatMap(({ fixedIpV4, fixedIpV6 }) => [fixedIpV4, fixedIpV6]);
  return addresses.flatMap((address) => (address ? addressOn(id, address) : []));
}

function addressesOf(one: Recorded): string[] {
  const values = valuesOf(one);
  return addressed.flatMap((key) => [values[key]].flat().map(textOf)).filter(isIPv4);
}

function objectOf(one: Recorded): ObjectKey | undefined {
  if (!one.type.startsWith("kubernetes:") || !one.id) return undefined;
  const values = valuesOf(one);
  const metadata = values.metadata as Readonly<Record<string, unknown>> | undefined;
  // the id is `namespace/name`, or the name of what is in no namespace
  const [first = "", second] = one.id.split("/");
  return {
    ...{ group: groupOf(textOf(values.apiVersion)), kind: textOf(values.kind) || (one.type.split(":").at(-1) ?? "") },
    ...{ namespace: second === undefined ? textOf(metadata?.namespace) : first, name: second ?? first },
  };
}

export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

export function objectKey({ group, kind, namespace, name }: ObjectKey): string {
  return [group, kind, namespace, name].join("\u0000");
}

function valuesOf({ inputs, outputs }: Pick<Recorded, "inputs" | "outputs">): Readonly<Record<string, unknown>> {
  return { ...inputs, ...outputs };
}

/** A secret has no text. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
