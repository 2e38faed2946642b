import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Base } from "./base.ts";
import { digestOf } from "./digest.ts";
import type { EstateFacts, HostFacts } from "./facts.ts";
import { checkPublished } from "./published.ts";
import type { SecurityRule } from "./securityRules.ts";

const HostBase = z.object({
  role: z.string(),
  site: z.string(),
  publicAddress: z.boolean(),
  portId: z.string(),
  fixed: z.string(),
  announced: z.string(),
  interface: z.object({ mac: z.string(), address: z.string(), gateway: z.string(), mtu: z.number().optional() }),
  /** Ids, by the name that the role has for them. */
  volumes: z.record(z.string(), z.string()),
});

const Rule = z.object({
  ...{ key: z.string(), group: z.string(), direction: z.enum(["ingress", "egress"]) },
  ...{ protocol: z.enum(["tcp", "udp", "icmp"]), from: z.number(), to: z.number() },
  remote: z.union([
    z.object({ group: z.string() }),
    z.object({ cidr: z.string() }),
    z.object({ announced: z.string() }),
    z.object({ vip: z.literal("api") }),
  ]),
});

/** What the stack of the base says to the stack of the servers. No secret is in it. */
export const PublishedBase = z.object({
  /** Of all that the base is made from: another document may have another base. */
  digest: z.string(),
  /** By name: that of the document, and those that servers still had. The hash is that of what was uploaded. */
  images: z.record(z.string(), z.object({ id: z.string(), sha256: z.string().optional() })),
  addressing: z.enum(["dhcp", "static"]),
  /** By site, what its network is made from: a new text is another network. */
  networks: z.record(z.string(), z.string()),
  vip: z.object({ fixed: z.string() }).optional(),
  /** What is open, with what was open before and servers may still need. */
  rules: z.array(Rule),
  /** By host name. */
  hosts: z.record(z.string(), HostBase),
});

export type PublishedBase = z.output<typeof PublishedBase>;

/** What the base says of itself, once it is built. */
export function publishBase(
  facts: EstateFacts,
  { addresses, volumes, images, rules, poolNeeds, vip }: Base,
): pulumi.Output<PublishedBase> {
  const hosts = hostsOf(facts).map(({ name, role, site, publicAddress }) => {
    const address = addresses[name];
    if (!address) throw new pulumi.RunError(`host ${name} has no address`);
    const { portId, fixed, announced } = address;
    const ids = pulumi.all(Object.fromEntries((volumes[name] ?? []).map((volume) => [volume.name, volume.id])));
    return pulumi
      .all([portId, fixed, announced, address.interface, ids])
      .apply(([portId, fixed, announced, interfaceFacts, volumes]) => {
        return [
          name,
          { role, site, publicAddress, portId, fixed, announced, interface: interfaceFacts, volumes },
        ] as const;
      });
  });
  const known = Object.entries(images).map(([name, { id, sha256 }]) =>
    id.apply((id) => [name, { id, ...(sha256 === undefined ? {} : { sha256 }) }] as const),
  );
  // said when the rules are there: servers start on what is said
  const open = pulumi.all(poolNeeds.map(({ urn }) => urn));
  return pulumi.all([pulumi.all(hosts), pulumi.all(known), vip?.fixed, open]).apply(([hosts, images, fixed]) => ({
    ...{
      digest: baseDigest(facts),
      addressing: facts.network.addressing,
      networks: networksOf(facts),
      images: Object.fromEntries(images),
      rules: [...rules],
    },
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
  if (published.digest !== baseDigest(facts))
    await pulumi.log.warn(
      `The base that the stack ${stack} has built is that of an older document: run 'pulumi up --stack ${stack}' too, after this where hosts go, else before it.`,
    );
  return published;
}

/** What servers of the document need, and the base has not. */
export function lackingIn(facts: EstateFacts, { hosts, images, networks, rules, vip }: PublishedBase): string[] {
  const open = new Set(rules.map(({ key }) => key));
  const closed = facts.rules.filter((rule) => isOfServers(rule) && !open.has(rule.key));
  const own = networksOf(facts);
  const ofHosts = hostsOf(facts).flatMap(({ name, role, site, publicAddress, volumes }) => {
    const host = hosts[name];
    if (!host) return [`the host ${name}`];
    return [
      ...(host.role === role ? [] : [`${name} with the role ${role} (there it has ${host.role})`]),
      ...(host.site === site ? [] : [`${name} in the site ${site} (there it is in ${host.site})`]),
      ...(host.publicAddress || !publicAddress ? [] : [`the floating IP of ${name}`]),
      ...volumes.filter((volume) => !host.volumes[volume.name]).map((volume) => `the volume ${volume.name} of ${name}`),
    ];
  });
  return [
    ...ofHosts,
    ...(images[facts.image.name] ? [] : [`the image ${facts.image.name}`]),
    ...(facts.api.vip && !vip ? ["the VIP of the API"] : []),
    ...Object.keys(own).flatMap((site) => (networks[site] === own[site] ? [] : [`the network of the site ${site}`])),
    ...closed.map(({ key }) => `the rule ${key}`),
  ];
}

/** Whether servers need a rule: whoever comes from a range does not ask what stands here. */
export function isOfServers({ direction, remote }: SecurityRule): boolean {
  return direction === "egress" || !("cidr" in remote);
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
    ...{ images: {}, rules: [], serverNeeds: () => [], poolNeeds: [], apiNeeds: [] },
    ...(facts.api.vip && vip ? { vip: { fixed: pulumi.output(vip.fixed) } } : {}),
  };
}

/** What decides whether the network of each site is another, as `components/network.ts` says. */
export function networksOf({ network, sites }: Pick<EstateFacts, "network" | "sites">): Record<string, string> {
  const { mode } = network;
  const of = ({ network: cloud = "", cidr }: EstateFacts["sites"][string]) => [
    mode,
    ...(mode === "provider" ? [cloud] : []),
    cidr,
  ];
  return Object.fromEntries(Object.entries(sites).map(([name, site]) => [name, of(site).join(" ")]));
}

/** Equal as long as the base need not be built anew. */
export function baseDigest({
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
