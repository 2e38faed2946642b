import type { KeptImage } from "../components/hostImage.ts";
import type { Recorded } from "../components/recorded.ts";
import type { EstateFacts } from "./facts.ts";
import { networksOf, type PublishedBase } from "./publishedBase.ts";

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

/**
 * What building the base would take away from under servers that stand, in sentences.
 *
 * In one stack the engine takes a server away, drained, before what it stands on; here it knows of none. So their stack goes first.
 *
 * @param before the base as it is
 * @param of the stack of the servers
 */
export function takenFromUnder(
  facts: EstateFacts,
  before: PublishedBase,
  used: ReadonlySet<string>,
  of: string,
): string[] {
  const hosts = new Map(facts.pools.flatMap((pool) => pool.hosts).map((host) => [host.name, host]));
  const networks = networksOf(facts);
  const standing = Object.entries(before.hosts).filter(([, { portId }]) => used.has(portId));
  const gone = `its server stands: run 'pulumi up --stack ${of}' first, which drains it`;
  const together = "while servers stand there: no base of its own can do that; say a new site for new hosts instead";
  const sites = [...new Set(standing.map(([, { site }]) => site))].filter((site) => networks[site] !== undefined);
  return [
    ...standing.flatMap(([name, { site, volumes }]) => {
      const host = hosts.get(name);
      if (!host) return [`the host ${name} goes, and ${gone} and takes it away`];
      if (host.site !== site)
        return [
          `the host ${name} moves from ${site} to ${host.site}, and ${gone}, with the host taken out of the document; then put it back`,
        ];
      return Object.entries(volumes)
        .filter(([volume, id]) => used.has(id) && !host.volumes.some((one) => one.name === volume))
        .map(([volume]) => `the volume ${volume} of ${name} goes, and ${gone} and replaces it without`);
    }),
    ...sites
      .filter((site) => networks[site] !== before.networks[site])
      .map((site) => `the network of the site ${site} is another, ${together}`),
    ...(standing.length > 0 && (before.vip !== undefined) !== (facts.api.vip !== undefined)
      ? [
          "orchestrator.api.front becomes a VIP, or is none any more, while servers stand: no base of its own can do that",
        ]
      : []),
  ];
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
