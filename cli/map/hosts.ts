import type { GroupMap, HostMap } from "./estate-map.ts";
import { type HostParts, healthOf } from "./health.ts";
import { byText } from "./order.ts";
import { field, present, type Resource, type State, text, texts } from "./state.ts";
import { findVips } from "./vips.ts";

/** A host before its site is known. */
export interface HostFound extends Omit<HostMap, "site" | "names"> {
  readonly networkId: string;
  readonly subnetId: string;
  /** The cloud's name of the network. */
  readonly network: string;
}

/** Everything of a host has a component of the host's name as its parent. */
export function findHosts(state: State, groups: ReadonlyMap<string, GroupMap>): HostFound[] {
  const names = new Set([...hostPorts(state), ...servers(state)].map(({ parent }) => parent));
  return [...names].sort(byText).map((name) => hostOf(name, state, groups));
}

/** Of ports that are a VIP's, no host is the parent. */
function hostPorts(state: State): Resource[] {
  const vips = findVips(state);
  return present(state, "networking/port:Port").filter(({ values }) => !vips.has(texts(values.allFixedIps)[0] ?? ""));
}

function hostOf(name: string, state: State, groups: ReadonlyMap<string, GroupMap>): HostFound {
  const parts = partsOf(name, state);
  const { server, port } = parts;
  const floating = text(parts.floatingIp?.values.address);
  const role = texts(port?.values.securityGroupIds)
    .map((id) => groups.get(id))
    .find((group) => group?.kind === "role")?.name;
  const apart = policyOf(state, field(server?.values.schedulerHints, "group"));
  return {
    ...{ name, role: role ?? field(server?.values.metadata, "role"), ...healthOf(parts) },
    fixed: texts(port?.values.allFixedIps)[0] ?? field(port?.values.fixedIps, "ipAddress"),
    ...(floating ? { floating } : {}),
    ...{ flavor: text(server?.values.flavorName), zone: text(server?.values.availabilityZone) },
    ...{ image: text(server?.values.imageName), ...(apart ? { apart } : {}) },
    volumes: volumesOf(state, name),
    ...{ networkId: text(port?.values.networkId), subnetId: field(port?.values.fixedIps, "subnetId") },
    network: field(server?.values.networks, "name"),
  };
}

function volumesOf(state: State, host: string): HostMap["volumes"] {
  const own = present(state, "blockstorage/volume:Volume").filter(({ parent }) => parent === host);
  const volumes = own.map(({ name, values }) => ({ name: name.slice(host.length + 1), sizeGiB: Number(values.size) }));
  return volumes.sort((a, b) => byText(a.name, b.name));
}

function partsOf(name: string, { resources }: State): HostParts & { readonly port: Resource | undefined } {
  const own = resources.filter(({ parent }) => parent === name);
  const part = (type: string, logical = "") => {
    const all = own.filter((one) => one.type === type && one.name.endsWith(logical));
    return (["there", "leaving", "gone"] as const).flatMap((now) => all.filter((one) => one.presence === now))[0];
  };
  const existing = (type: string) => [part(`openstack:networking/${type}`)].find((one) => one?.presence !== "gone");
  return {
    port: existing("port:Port"),
    floatingIp: existing("floatingIp:FloatingIp"),
    association: existing("floatingIpAssociate:FloatingIpAssociate"),
    server: part("openstack:compute/instance:Instance"),
    drain: part("command:local:Command", "-drain"),
    ready: part("command:local:Command", "-ready"),
  };
}

/** Those of a rollout too: a server that is deleted already and not made yet. */
function servers({ resources }: State): Resource[] {
  return resources.filter(({ type }) => type === "openstack:compute/instance:Instance");
}

function policyOf(state: State, id: string): string | undefined {
  const group = present(state, "compute/serverGroup:ServerGroup").find((one) => one.id === id);
  return texts(group?.values.policies)[0];
}
