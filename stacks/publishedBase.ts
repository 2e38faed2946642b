import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Base } from "./base.ts";
import { digestOf } from "./digest.ts";
import type { EstateFacts, HostFacts } from "./facts.ts";
import { checkPublished } from "./published.ts";

const HostBase = z.object({
  role: z.string(),
  site: z.string(),
  portId: z.string(),
  fixed: z.string(),
  announced: z.string(),
  interface: z.object({ mac: z.string(), address: z.string(), gateway: z.string(), mtu: z.number().optional() }),
  /** Ids, by the name that the role has for them. */
  volumes: z.record(z.string(), z.string()),
});

/** What the stack of the base says to the stack of the servers. No secret is in it. */
export const PublishedBase = z.object({
  /** Of all that the base is made from: another document may have another base. */
  digest: z.string(),
  /** By name: that of the document, and those that servers still had. The hash is that of what was uploaded. */
  images: z.record(z.string(), z.object({ id: z.string(), sha256: z.string().optional() })),
  /** By site, what its network is made from: a new text is another network. */
  networks: z.record(z.string(), z.string()),
  vip: z.object({ fixed: z.string() }).optional(),
  /** By host name. */
  hosts: z.record(z.string(), HostBase),
});

export type PublishedBase = z.output<typeof PublishedBase>;

/** What the base says of itself, once it is built. */
export function publishBase(
  facts: EstateFacts,
  { addresses, volumes, images, vip }: Base,
): pulumi.Output<PublishedBase> {
  const hosts = hostsOf(facts).map(({ name, role, site }) => {
    const address = addresses[name];
    if (!address) throw new pulumi.RunError(`host ${name} has no address`);
    const { portId, fixed, announced } = address;
    const ids = pulumi.all(Object.fromEntries((volumes[name] ?? []).map((volume) => [volume.name, volume.id])));
    return pulumi
      .all([portId, fixed, announced, address.interface, ids])
      .apply(([portId, fixed, announced, interfaceFacts, volumes]) => {
        return [name, { role, site, portId, fixed, announced, interface: interfaceFacts, volumes }] as const;
      });
  });
  const known = Object.entries(images).map(([name, { id, sha256 }]) =>
    id.apply((id) => [name, { id, ...(sha256 === undefined ? {} : { sha256 }) }] as const),
  );
  return pulumi.all([pulumi.all(hosts), pulumi.all(known), vip?.fixed]).apply(([hosts, images, fixed]) => ({
    ...{ digest: madeFrom(facts), networks: networksOf(facts), images: Object.fromEntries(images) },
    ...(fixed === undefined ? {} : { vip: { fixed } }),
    hosts: Object.fromEntries(hosts),
  }));
}

/**
 * The base that the stack of this name has built.
 *
 * @throws pulumi.RunError when it has built none, or one that lacks something of the document
 */
export async function readBase(stack: string, facts: EstateFacts): Promise<PublishedBase> {
  const whole = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  const { value } = await new pulumi.StackReference(whole).getOutputDetails("base");
  const up = `run 'pulumi up --stack ${stack}' first`;
  if (value === undefined)
    throw new pulumi.RunError(`The stack ${stack} has not built the base of this one yet: ${up}.`);
  const published = checkPublished(PublishedBase, stack, value);
  const lacking = lackingIn(facts, published);
  if (lacking.length > 0)
    throw new pulumi.RunError(
      [`The base that the stack ${stack} has built is not that of the document: ${up}. It lacks:`, ...lacking].join(
        "\n  ",
      ),
    );
  if (published.digest !== madeFrom(facts))
    await pulumi.log.warn(
      `The base that the stack ${stack} has built is that of an older document: run 'pulumi up --stack ${stack}' too, after this where hosts go, else before it.`,
    );
  return published;
}

/** What servers of the document need, and the base has not. */
export function lackingIn(facts: EstateFacts, { hosts, images, vip }: PublishedBase): string[] {
  const ofHosts = hostsOf(facts).flatMap(({ name, role, site, volumes }) => {
    const host = hosts[name];
    if (!host) return [`the host ${name}`];
    return [
      ...(host.role === role ? [] : [`${name} with the role ${role} (there it has ${host.role})`]),
      ...(host.site === site ? [] : [`${name} in the site ${site} (there it is in ${host.site})`]),
      ...volumes.filter((volume) => !host.volumes[volume.name]).map((volume) => `the volume ${volume.name} of ${name}`),
    ];
  });
  return [
    ...ofHosts,
    ...(images[facts.image.name] ? [] : [`the image ${facts.image.name}`]),
    ...(facts.api.vip && !vip ? ["the VIP of the API"] : []),
  ];
}

/** A base to build on. There is nothing to wait for: all of it is there. */
export function givenBase(facts: EstateFacts, { hosts, images, vip }: PublishedBase): Base {
  const known = Object.entries(hosts);
  const addresses = known.map(([name, { portId, fixed, announced, interface: interfaceFacts }]) => {
    const own = { portId: pulumi.output(portId), fixed: pulumi.output(fixed), announced: pulumi.output(announced) };
    const { mac, address, gateway, mtu } = interfaceFacts;
    return [name, { ...own, interface: pulumi.output({ mac, address, gateway, mtu }), reachable: [] }] as const;
  });
  const volumes = hostsOf(facts).map(({ name, volumes }) => {
    const ids = hosts[name]?.volumes ?? {};
    return [name, volumes.map((volume) => ({ ...volume, id: pulumi.output(ids[volume.name] ?? "") }))] as const;
  });
  return {
    ...{ addresses: Object.fromEntries(addresses), volumes: Object.fromEntries(volumes) },
    imageId: pulumi.output(images[facts.image.name]?.id ?? ""),
    ...{ images: {}, serverNeeds: () => [], poolNeeds: [], apiNeeds: [] },
    ...(facts.api.vip && vip ? { vip: { fixed: pulumi.output(vip.fixed) } } : {}),
  };
}

/** What the network of each site is made from, as `components/network.ts` says what replaces it. */
export function networksOf({ network, sites }: Pick<EstateFacts, "network" | "sites">): Record<string, string> {
  const { mode, addressing, nameservers } = network;
  const of = (site: EstateFacts["sites"][string]) =>
    mode === "provider"
      ? [mode, site.network, site.cidr]
      : [mode, site.cidr, addressing, Object.values(nameservers).sort()];
  return Object.fromEntries(Object.entries(sites).map(([name, site]) => [name, JSON.stringify(of(site))]));
}

/** Equal as long as the base need not be built anew. */
function madeFrom({
  name,
  zone,
  network,
  sites,
  api,
  image,
  groups,
  rules,
  reverse,
  removal,
  web,
  pools,
}: EstateFacts) {
  const hosts = pools
    .flatMap((pool) => pool.hosts)
    .map(({ name, role, site, publicAddress, volumes }) => ({ name, role, site, publicAddress, volumes }));
  return digestOf({ name, zone, network, sites, api, image, groups, rules, reverse, removal, web, hosts });
}

function hostsOf({ pools }: EstateFacts): readonly HostFacts[] {
  return pools.flatMap((pool) => pool.hosts);
}
