import type { KeptImage } from "../components/hostImage.ts";
import type { Recorded } from "../components/recorded.ts";
import type { EstateFacts } from "./facts.ts";
import { baseDigest, isOfServers, lackingIn, networksOf, type PublishedBase } from "./publishedBase.ts";
import type { SecurityRule } from "./securityRules.ts";

/** What servers stand on that another stack has: ids of ports, volumes and images. */
export function usedBy(servers: Pick<Recorded, "all">): ReadonlySet<string> {
  return new Set(
    servers
      .all("openstack:compute/instance:Instance")
      .flatMap(({ imageId, networks, blockDevices }) => [
        ...textsOf([imageId]),
        ...listOf(networks).flatMap(({ port }) => textsOf([port])),
        ...listOf(blockDevices).flatMap(({ uuid }) => textsOf([uuid])),
      ]),
  );
}

/** The stack of the servers. */
export interface Servers {
  readonly of: string;
  /** The digest of the base that it was updated with last, as far as it says. */
  readonly builtOn: unknown;
}

type Hosts = PublishedBase["hosts"];

/**
 * What building the base would take away from under servers that stand, in sentences.
 *
 * In one stack the engine takes a server away, drained, before what it stands on; here it knows of none. So their stack goes first.
 *
 * @param before the base as it is
 */
export function takenFromUnder(
  facts: EstateFacts,
  before: PublishedBase,
  used: ReadonlySet<string>,
  servers: Servers,
): string[] {
  const standing = Object.fromEntries(Object.entries(before.hosts).filter(([, { portId }]) => used.has(portId)));
  if (Object.keys(standing).length === 0) return [];
  const going = goingHosts(facts, standing, used, servers.of);
  return [
    ...going,
    ...(going.length > 0 ? newBeside(facts, before) : []),
    ...movedHosts(facts, standing, servers.of),
    ...otherNetworks(facts, before, standing, servers),
    ...((before.vip !== undefined) !== (facts.api.vip !== undefined)
      ? [
          "orchestrator.api.front becomes a VIP, or is none any more, while servers stand: no base of its own can do that",
        ]
      : []),
  ];
}

const drains = (of: string) => `its server stands: run 'pulumi up --stack ${of}' first, which drains it`;

/** Hosts and volumes that the document no longer has. */
function goingHosts(facts: EstateFacts, standing: Hosts, used: ReadonlySet<string>, of: string): string[] {
  return Object.entries(standing).flatMap(([name, { volumes }]) => {
    const host = hostOf(facts, name);
    if (!host) return [`the host ${name} goes, and ${drains(of)} and takes it away`];
    return Object.entries(volumes)
      .filter(([volume, id]) => used.has(id) && !host.volumes.some((one) => one.name === volume))
      .map(([volume]) => `the volume ${volume} of ${name} goes, and ${drains(of)} and replaces it without`);
  });
}

/** Each of the two stacks would wait for the other. */
function newBeside(facts: EstateFacts, before: PublishedBase): string[] {
  const fresh = lackingIn(facts, before);
  if (fresh.length === 0) return [];
  return [
    `what is new (${fresh.join(", ")}) begins here, and what goes begins there: make two changes of the document, one after the other`,
  ];
}

function movedHosts(facts: EstateFacts, standing: Hosts, of: string): string[] {
  return Object.entries(standing).flatMap(([name, { site }]) => {
    const now = hostOf(facts, name)?.site ?? site;
    const back = "with the host taken out of the document; then put it back";
    return now === site ? [] : [`the host ${name} moves from ${site} to ${now}, and ${drains(of)}, ${back}`];
  });
}

function otherNetworks(facts: EstateFacts, before: PublishedBase, standing: Hosts, { of, builtOn }: Servers): string[] {
  const networks = networksOf(facts);
  const sites = [...new Set(Object.values(standing).map(({ site }) => site))];
  const others = sites.filter((site) => networks[site] !== undefined && networks[site] !== before.networks[site]);
  const readdressed = before.addressing !== facts.network.addressing && builtOn !== baseDigest(facts);
  return [
    ...others.map(
      (site) =>
        `the network of the site ${site} is another, while servers stand there: no base of its own can do that; say a new site for new hosts instead`,
    ),
    ...(readdressed
      ? [
          `network.addressing is another, and servers go by ${before.addressing}: run 'pulumi up --stack ${of}' first, which replaces them`,
        ]
      : []),
  ];
}

function hostOf({ pools }: EstateFacts, name: string) {
  return pools.flatMap((pool) => pool.hosts).find((host) => host.name === name);
}

/**
 * What is open for servers of an older document, and no longer in this one: it stays until their stack was updated with this document.
 * What has no group or no other end any more goes with it, and who comes in from a range is out at once.
 */
export function keptRules(facts: EstateFacts, { rules }: PublishedBase, builtOn: Servers["builtOn"]): SecurityRule[] {
  if (builtOn === baseDigest(facts)) return [];
  const known = new Set(facts.rules.map(({ key }) => key));
  const hosts = new Set(facts.pools.flatMap((pool) => pool.hosts.map(({ name }) => name)));
  const isThere = ({ group, remote }: SecurityRule) => {
    if (!facts.groups.includes(group)) return false;
    if ("group" in remote) return facts.groups.includes(remote.group);
    if ("announced" in remote) return hosts.has(remote.announced);
    return "cidr" in remote || facts.api.vip !== undefined;
  };
  return rules.filter((rule) => !known.has(rule.key) && isOfServers(rule) && isThere(rule));
}

/** Images that we uploaded, of servers that stand, and that the document no longer has. */
export function keptImages(
  { image }: Pick<EstateFacts, "image">,
  { images }: PublishedBase,
  used: ReadonlySet<string>,
): KeptImage[] {
  return Object.entries(images).flatMap(([name, { id, sha256 }]) =>
    name !== image.name && sha256 !== undefined && used.has(id) ? [{ name, sha256 }] : [],
  );
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value : [];
}

function textsOf(values: readonly unknown[]): string[] {
  return values.filter((value): value is string => typeof value === "string");
}
