import type { EstateFacts, HostFacts } from "../../stacks/facts.ts";
import { namesIn, webNames } from "../../stacks/web.ts";

/** A network of the cloud in which hosts get their addresses, in mode `provider`. */
export interface SiteRequirement {
  readonly site: string;
  /** Its name in neutron. */
  readonly network: string;
  /** That of the subnet. */
  readonly cidr: string;
  /** Names of the hosts that are there. */
  readonly hosts: readonly string[];
}

/** A data volume of a host. */
export interface VolumeRequirement {
  /** Its name in cinder, and its description, which tells it from another estate's. */
  readonly name: string;
  readonly description: string;
  readonly sizeGiB: number;
  /** Name of its volume type. @default the cloud's */
  readonly type?: string;
  /** Where the document has it, such as `roles.bbb.volumes.recordings`. */
  readonly at: string;
}

/**
 * Everything an estate asks of a cloud, by the names it has there: how many is the length of a list, and what is there already
 * can be told from what others use.
 */
export interface Requirements {
  /** In the metadata of its servers. */
  readonly estate: string;
  readonly image: string;
  /** Whether the estate uploads it. */
  readonly uploads: boolean;
  /** Each is a server, and a port of the same name. */
  readonly hosts: readonly HostFacts[];
  /** Ports that only keep an address. */
  readonly vips: readonly string[];
  /** Of neutron, by their aliases. */
  readonly extensions: readonly string[];
  readonly keyPairs: readonly string[];
  /** Members of each, by name. */
  readonly serverGroups: Readonly<Record<string, number>>;
  readonly volumes: readonly VolumeRequirement[];
  readonly securityGroups: readonly string[];
  /** By their descriptions. */
  readonly securityGroupRules: readonly string[];
  readonly networks: readonly string[];
  readonly subnets: readonly string[];
  readonly routers: readonly string[];
  /** Ports that neutron makes in own networks: the router's in each subnet, and at least one for DHCP and metadata. */
  readonly servicePorts: number;
  /** Name of the external network; none in mode `provider`. */
  readonly external: string | undefined;
  /** By their descriptions. */
  readonly floatingIps: readonly string[];
  /** Of Manila, by name. */
  readonly shares: readonly string[];
  /** Each has a port for its address. */
  readonly loadBalancers: readonly string[];
  /**
   * The orchestrator's servers that the API's names lead to, and whether a VIP could stand before them: they have networks of the
   * estate's own, and are all on one. Nothing where something stands before them, or there is one alone.
   */
  readonly bareServers: { readonly count: number; readonly mayHaveVip: boolean } | undefined;
  /** None in mode `private`. */
  readonly sites: readonly SiteRequirement[];
  /** As Designate has it: with a full stop at the end. */
  readonly zone: string;
  /**
   * Zones in which addresses lead back to names, written alike. What is in them has no name yet; none of them has more record sets
   * than the estate's zone.
   */
  readonly reverseZones: readonly string[];
  /** Addresses in each, by name, which ends with a full stop. */
  readonly recordSets: Readonly<Record<string, number>>;
}

/** Counted from the facts from which the components make it; test/graph/requirements.test.ts compares the two. */
export function requirements(facts: EstateFacts): Requirements {
  const hosts = facts.pools.flatMap((pool) => pool.hosts);
  return {
    ...{
      estate: facts.name,
      image: facts.image.name,
      uploads: Boolean(facts.image.source),
      hosts,
      keyPairs: [facts.name],
    },
    serverGroups: Object.fromEntries(
      facts.pools
        .filter(({ antiAffinity }) => antiAffinity !== "none")
        .map(({ role, hosts }) => [`${facts.name}-${role}`, hosts.length]),
    ),
    volumes: hosts.flatMap((host) => volumesOf(facts.name, host)),
    securityGroups: facts.groups.map((group) => `${facts.name}-${group}`),
    securityGroupRules: facts.rules.map(({ key }) => key),
    ...(facts.network.mode === "private"
      ? ownNetworks(facts, facts.network.external, hosts)
      : cloudNetworks(facts, hosts)),
    vips: facts.api.vip ? [`${facts.name}-api`] : [],
    extensions: facts.api.vip ? ["allowed-address-pairs"] : [],
    shares: hasShare(facts) ? [`${facts.name}-recordings`] : [],
    loadBalancers: [
      ...(facts.api.loadBalancer ? [`${facts.name}-api`] : []),
      ...(facts.web?.loadBalancer ? [`${facts.name}-web`] : []),
    ],
    bareServers: bareServers(facts, hosts),
    ...names(facts, hosts),
  };
}

function bareServers({ api, network }: EstateFacts, hosts: readonly HostFacts[]): Requirements["bareServers"] {
  const servers = hosts.filter(({ runs }) => runs.includes("orchestrator"));
  if (api.vip || api.loadBalancer || servers.length < 2) return undefined;
  const sites = new Set(servers.map(({ site }) => site));
  return { count: servers.length, mayHaveVip: network.mode === "private" && sites.size === 1 };
}

function hasShare({ apps }: EstateFacts): boolean {
  const settings = apps.find(({ name }) => name === "recordings")?.settings as { readonly share?: object } | undefined;
  return settings?.share !== undefined;
}

function volumesOf(estate: string, host: HostFacts): VolumeRequirement[] {
  return host.volumes.map(({ name, sizeGiB, type }) => ({
    ...{ name: `${host.name}-${name}`, description: `Estate ${estate}`, sizeGiB, ...(type ? { type } : {}) },
    at: `roles.${host.role}.volumes.${name}`,
  }));
}

type Networks = Pick<
  Requirements,
  "networks" | "subnets" | "routers" | "servicePorts" | "external" | "floatingIps" | "sites"
>;

function ownNetworks({ name, sites, api, web }: EstateFacts, external: string, hosts: readonly HostFacts[]): Networks {
  const networks = Object.keys(sites).map((site) => `${name}-${site}`);
  return {
    ...{ networks, subnets: networks, routers: [name], servicePorts: 2 * networks.length, external, sites: [] },
    floatingIps: [
      ...hosts.filter(({ publicAddress }) => publicAddress).map((host) => host.name),
      ...(api.loadBalancer || api.vip ? ["api"] : []),
      ...(web?.loadBalancer ? ["web.front"] : []),
    ],
  };
}

function cloudNetworks({ sites }: EstateFacts, hosts: readonly HostFacts[]): Networks {
  return {
    ...{ networks: [], subnets: [], routers: [], servicePorts: 0, external: undefined, floatingIps: [] },
    sites: Object.entries(sites).map(([site, { network = "", cidr }]) => ({
      ...{ site, network, cidr },
      hosts: hosts.filter((host) => host.site === site).map(({ name }) => name),
    })),
  };
}

function names(
  { zone, api, reverse, web }: EstateFacts,
  hosts: readonly HostFacts[],
): Pick<Requirements, "zone" | "reverseZones" | "recordSets"> {
  const servers = api.loadBalancer || api.vip ? 1 : hosts.filter(({ runs }) => runs.includes("orchestrator")).length;
  const zones = [...reverse.fixed.zones, ...reverse.floating.zones];
  const ofHosts = hosts.flatMap((host) =>
    [host.names.announced, host.names.internal].map((name) => [name, 1] as const),
  );
  const ends = web?.loadBalancer ? 1 : (web?.hosts.length ?? 0);
  const pages = namesIn(zone, webNames(web?.routes ?? [])).map((name) => [name, ends] as const);
  const all = [...ofHosts, ...pages, [api.name, servers] as const, [api.internalName, servers] as const];
  return {
    ...{ zone: `${zone}.`, reverseZones: zones.map((name) => `${name}.`) },
    recordSets: Object.fromEntries(all.map(([name, count]) => [`${name}.`, count])),
  };
}
