import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import { ApiBalancer } from "../components/apiBalancer.ts";
import { ApiVip } from "../components/apiVip.ts";
import { Dns } from "../components/dns.ts";
import { HostAddress } from "../components/hostAddress.ts";
import { HostImage } from "../components/hostImage.ts";
import { type HostVolume, HostVolumes, KeptVolumes } from "../components/hostVolumes.ts";
import { KeyPair } from "../components/keyPair.ts";
import { Network } from "../components/network.ts";
import type { Recorded } from "../components/recorded.ts";
import { ReverseZones } from "../components/reverseZones.ts";
import { SecurityGroups } from "../components/securityGroups.ts";
import { SecurityRules } from "../components/securityRules.ts";
import { WebBalancer } from "../components/webBalancer.ts";
import { movesToVip } from "./apiMove.ts";
import type { EstateFacts, HostFacts } from "./facts.ts";
import { type KeptVolume, keptVolumes } from "./lostVolumes.ts";
import type { Secrets } from "./secrets.ts";
import { webNames } from "./web.ts";

/** What outlives every server. */
export interface Foundation {
  readonly provider: openstack.Provider;
  /** By host name. */
  readonly addresses: Readonly<Record<string, HostAddress>>;
  /** Data volumes, by host name. */
  readonly volumes: Readonly<Record<string, readonly HostVolume[]>>;
  /** Name of the key pair in nova. */
  readonly keyPair: string;
  readonly imageId: pulumi.Output<string>;
  /** What the server of a host starts after and goes before; so many, however many hosts there are. */
  readonly serverNeeds: (host: Pick<HostFacts, "name" | "role">) => readonly pulumi.Resource[];
  /** What a pool, and so every host of it, starts after, and as a whole goes before. */
  readonly poolNeeds: readonly pulumi.Resource[];
  /** Whoever talks to the orchestrator's API comes after these, and goes before these. */
  readonly apiNeeds: readonly pulumi.Resource[];
  /** The API's VIP, where it has one. */
  readonly vip?: ApiVip;
  /** Has the API's names lead to the VIP, after these; only where they did not before (`movesToVip`). */
  readonly moveApi?: (after: readonly pulumi.Resource[]) => void;
}

/** Layer 1: security groups, key pair, network, addresses, names. */
export function buildFoundation(
  facts: EstateFacts,
  secrets: pulumi.Output<Secrets>,
  recorded: Recorded | undefined,
): Foundation {
  const kept = keptOrRefused(facts, recorded);
  // Credentials come from the operator's environment (OS_CLOUD or OS_*).
  const provider = new openstack.Provider("openstack");
  const options = { providers: { openstack: provider } };
  const groups = new SecurityGroups("groups", { facts }, options);
  const key = new KeyPair("key", { keyName: facts.name, privateKey: secrets.apply((all) => all.sshKey) }, options);
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
  const rules = new SecurityRules("rules", { rules: facts.rules, groups, addresses, vip }, options);
  const front = vip ?? buildBalancer(facts, addresses, network, options);
  const dns = new Dns("dns", { facts, addresses }, options);
  buildWeb(facts, addresses, network, dns, options);
  const moves = movesToVip(facts, recorded);
  const names = moves ? [] : dns.nameApi(front);
  new ReverseZones("reverse", { facts, addresses, front }, options);
  const { imageId } = new HostImage("image", { facts: facts.image }, options);
  const orchestrators = facts.pools.filter(({ runs }) => runs.includes("orchestrator"));
  const reach = orchestrators.flatMap(({ hosts }) => hosts).flatMap(({ name }) => addresses[name]?.reachable ?? []);
  const open = orchestrators.flatMap(({ role }) => rules.ofGroup(role));
  return {
    ...{ provider, addresses, volumes, keyPair: facts.name, imageId },
    serverNeeds: (host) => [key.keyPair, ...network.routerInterfaces, ...rules.ofHost(host)],
    poolNeeds: rules.all,
    apiNeeds: [...names, ...(front?.ready ?? []), ...open, ...network.routerInterfaces, ...reach],
    ...(vip ? { vip } : {}),
    ...(moves ? { moveApi: (after) => dns.nameApi(front, after) } : {}),
  };
}

/** @throws pulumi.RunError with all data that would be lost: before anything is registered, and so without any change */
function keptOrRefused(facts: EstateFacts, recorded: Recorded | undefined): readonly KeptVolume[] {
  try {
    return keptVolumes(facts, recorded);
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}

function buildBalancer(
  facts: EstateFacts,
  addresses: Foundation["addresses"],
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
  addresses: Foundation["addresses"],
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
