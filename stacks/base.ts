import type * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import { ApiBalancer } from "../components/apiBalancer.ts";
import { ApiVip } from "../components/apiVip.ts";
import { Dns } from "../components/dns.ts";
import { type Address, HostAddress } from "../components/hostAddress.ts";
import { HostImage, type KeptImage } from "../components/hostImage.ts";
import { type HostVolume, HostVolumes, KeptVolumes } from "../components/hostVolumes.ts";
import { Network } from "../components/network.ts";
import type { Recorded } from "../components/recorded.ts";
import { ReverseZones } from "../components/reverseZones.ts";
import { SecurityGroups } from "../components/securityGroups.ts";
import { SecurityRules } from "../components/securityRules.ts";
import { WebBalancer } from "../components/webBalancer.ts";
import { movesToVip } from "./apiMove.ts";
import type { EstateFacts, HostFacts } from "./facts.ts";
import { type KeptVolume, keptVolumes } from "./lostVolumes.ts";
import type { SecurityRule } from "./securityRules.ts";
import { webNames } from "./web.ts";

/** What servers stand on: of this stack, or of another; of that one there is nothing to wait for. */
export interface Base {
  /** By host name. */
  readonly addresses: Readonly<Record<string, Address>>;
  /** Data volumes, by host name. */
  readonly volumes: Readonly<Record<string, readonly HostVolume[]>>;
  readonly imageId: pulumi.Output<string>;
  /** All images that this stack has, by name. */
  readonly images: HostImage["images"];
  /** What this stack has opened. */
  readonly rules: readonly SecurityRule[];
  /** What the server of a host starts after and goes before; so many, however many hosts there are. */
  readonly serverNeeds: (host: Pick<HostFacts, "name" | "role">) => readonly pulumi.Resource[];
  /** What a pool, and so every host of it, starts after, and as a whole goes before. */
  readonly poolNeeds: readonly pulumi.Resource[];
  /** Whoever talks to the orchestrator's API comes after these, and goes before these. */
  readonly apiNeeds: readonly pulumi.Resource[];
  /** The address of the API's VIP, where it has one. */
  readonly vip?: Pick<ApiVip, "fixed">;
  /** Has the API's names lead to the VIP, after these; only where they did not before (`movesToVip`). */
  readonly moveApi?: (after: readonly pulumi.Resource[]) => void;
}

export interface BaseOptions extends pulumi.ComponentResourceOptions {
  readonly providers: { readonly openstack: openstack.Provider };
}

type Addresses = Readonly<Record<string, HostAddress>>;

/** What the stack holds already. */
export interface Held {
  readonly recorded: Recorded | undefined;
  /** Volumes that stay though their hosts are gone. */
  readonly keptVolumes: readonly KeptVolume[];
  /** Images that the document no longer has, and servers still do. @default none */
  readonly keptImages?: readonly KeptImage[];
  /** The same of what is open for them. @default none */
  readonly keptRules?: readonly SecurityRule[];
}

/** @throws pulumi.RunError with all data that would be lost: before anything is registered, and so without any change */
export function heldOrRefused(facts: EstateFacts, recorded: Recorded | undefined): Held {
  try {
    return { recorded, keptVolumes: keptVolumes(facts, recorded) };
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}

/** Layer 1: security groups, network, addresses, names, volumes, image. */
export function buildBase(
  facts: EstateFacts,
  { recorded, keptVolumes: kept, keptImages = [], keptRules = [] }: Held,
  options: BaseOptions,
): Base {
  const groups = new SecurityGroups("groups", { facts }, options);
  const network = new Network("network", { facts }, options);
  const vip = facts.api.vip && new ApiVip("api", { facts, vip: facts.api.vip, network }, options);
  const addresses: Record<string, HostAddress> = {};
  for (const host of facts.pools.flatMap((pool) => pool.hosts)) {
    const securityGroupIds = groups.idsOf(host.role);
    const alsoAllowed = host.runs.includes("orchestrator") ? vip?.fixed : undefined;
    addresses[host.name] = new HostAddress(host.name, { facts: host, network, securityGroupIds, alsoAllowed }, options);
  }
  const volumes: Record<string, readonly HostVolume[]> = {};
  const { protect } = facts.removal;
  for (const host of facts.pools.flatMap((pool) => pool.hosts).filter((host) => host.volumes.length > 0))
    volumes[host.name] = new HostVolumes(host.name, { facts: host, estate: facts.name, protect }, options).volumes;
  // no host's name has a full stop
  if (kept.length > 0) new KeptVolumes("kept.volumes", { estate: facts.name, volumes: kept, protect }, options);
  const open = [...facts.rules, ...keptRules];
  const rules = new SecurityRules("rules", { rules: open, groups, addresses, vip }, options);
  const front = vip ?? buildBalancer(facts, addresses, network, options);
  const dns = new Dns("dns", { facts, addresses }, options);
  buildWeb(facts, addresses, network, dns, options);
  const moves = movesToVip(facts, recorded);
  const names = moves ? [] : dns.nameApi(front);
  new ReverseZones("reverse", { facts, addresses, front }, options);
  const { imageId, images } = new HostImage("image", { facts: facts.image, kept: keptImages }, options);
  const orchestrators = facts.pools.filter(({ runs }) => runs.includes("orchestrator"));
  const reach = orchestrators.flatMap(({ hosts }) => hosts).flatMap(({ name }) => addresses[name]?.reachable ?? []);
  const ofServers = orchestrators.flatMap(({ role }) => rules.ofGroup(role));
  return {
    ...{ addresses, volumes, imageId, images, rules: open },
    serverNeeds: (host) => [...network.routerInterfaces, ...rules.ofHost(host)],
    poolNeeds: rules.all,
    apiNeeds: [...names, ...(front?.ready ?? []), ...ofServers, ...network.routerInterfaces, ...reach],
    ...(vip ? { vip } : {}),
    ...(moves ? { moveApi: (after) => dns.nameApi(front, after) } : {}),
  };
}

function buildBalancer(
  facts: EstateFacts,
  addresses: Addresses,
  network: Network,
  options: pulumi.ComponentResourceOptions,
): ApiBalancer | undefined {
  const { loadBalancer } = facts.api;
  if (!loadBalancer) return undefined;
  const servers = facts.pools.flatMap((pool) => pool.hosts).filter(({ runs }) => runs.includes("orchestrator"));
  return new ApiBalancer("api", { facts, balancer: loadBalancer, servers, addresses, network }, options);
}

/** Names of the applications' pages, and what stands before the hosts that they lead to. */
function buildWeb(
  { name: estate, web }: EstateFacts,
  addresses: Addresses,
  network: Network,
  dns: Dns,
  options: pulumi.ComponentResourceOptions,
): void {
  if (!web) return;
  const { routes, hosts, loadBalancer: balancer } = web;
  // no host's name has a full stop
  const front = balancer && new WebBalancer("web.front", { estate, balancer, hosts, addresses, network }, options);
  dns.nameWeb(webNames(routes), hosts, front);
}
