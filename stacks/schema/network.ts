import { z } from "zod";
import { Address, Cidr, Name, Port } from "./primitives.ts";
import { map, oneOf, section, text, told, whole, yesOrNo } from "./told.ts";

/** Of Cloudflare, by anycast, for estates that name none. Addresses, because rules let hosts reach nothing else. */
export const publicTimeServers = { "public-1": "162.159.200.1", "public-2": "162.159.200.123" } as const;

/** What is the same in both modes. */
const common = {
  /**
   * How hosts get their addresses, which are neutron's in either case: they ask for them (`dhcp`), or are told them with everything
   * else at their first boot (`static`), for networks without DHCP. Changing it replaces every host.
   */
  addressing: oneOf(["dhcp", "static"]).default("dhcp"),
  /** DNS resolvers the hosts use, by name. Changing them replaces every host. */
  nameservers: map(Name, Address, "first: 192.0.2.53"),
  /** NTP servers, by name: hosts may reach these, and no others. Changing them replaces every host. @default public ones */
  timeServers: map(Name, Address, "campus: 192.0.2.123").default(publicTimeServers),
  /** Where hosts, and what runs on them, may fetch from, by name: artifact mirror, container registry, ACME server, mail server. */
  downloads: map(Name, section({ cidr: Cidr, port: Port }), "mirror: { cidr: 192.0.2.80/32, port: 443 }"),
};

const PrivateNetwork = section({
  /** `private`: networks of the estate's own, a site each, behind one router, with floating IPs. */
  mode: z.literal("private"),
  /** Name of the cloud's external network: the router's gateway and the pool of floating IPs. */
  external: text("the name of the cloud's external network"),
  /**
   * Bytes of a packet. Changed in place: hosts learn it at their next boot. With static addressing they are told it, so that
   * changing it replaces every host. @default what the cloud's networks have
   */
  mtu: whole(1280, 9000, "bytes").optional(),
  /**
   * Ranges of the external network whose reverse zones are delegated to the estate, by name: then it makes these in Designate, and
   * floating IPs lead back to the names of their hosts. Every floating IP must be in one of them. It replaces no host.
   * @default none: the cloud has the zones
   */
  reverseRanges: map(Name, Cidr, "public: 203.0.113.0/24").default({}),
  ...common,
});

const ProviderNetwork = section({
  /** `provider`: a network of the cloud in each site; hosts have its addresses, there is no router and no floating IP. */
  mode: z.literal("provider"),
  ...common,
});

const modes = told("write private (own networks behind a router) or provider (a network of the cloud)");
const either = told(
  "write keys and values below it (mode, addressing, nameservers, timeServers, downloads; in mode private external, mtu and reverseRanges)",
);

/** How the hosts are reached and reach others. Another mode replaces everything. */
export const Network = z.discriminatedUnion("mode", [PrivateNetwork, ProviderNetwork], {
  error: (issue) =>
    issue.code === "invalid_union"
      ? modes.error({ input: (issue.input as { readonly mode?: unknown }).mode })
      : either.error(issue),
});

/** A part of the cloud with a network of its own: one room, one building, or all of it. Sites reach each other by routing. */
export const Site = section({
  /** Addresses of its hosts; in mode `provider` those of the cloud's subnet. Changing it replaces the site's hosts. */
  cidr: Cidr,
  /** Availability zone of its hosts that name none. Changing it replaces them. @default chosen by nova */
  availabilityZone: text("the name of an availability zone").optional(),
  /** In mode `provider`: name of the cloud's network. */
  network: text("the name of the cloud's network").optional(),
  /**
   * Whether the reverse zones of `cidr` are the estate's: then it makes them in Designate, and addresses lead back to names. A zone is
   * there once in a cloud: write false where another project has it. Floating IPs are of `network.reverseRanges`. It replaces no host.
   * @default true in mode `private`, false in mode `provider`
   */
  reverseZone: yesOrNo().optional(),
});
