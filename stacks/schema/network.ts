import { z } from "zod";
import { Address, Cidr, Name, Port } from "./primitives.ts";

/** What is the same in both modes. */
const common = {
  /** DNS resolvers the hosts use, by name. Changing them replaces every host. */
  nameservers: z.record(Name, Address),
  /** NTP servers, by name. Changing them replaces every host. @default those of the image */
  timeServers: z.record(Name, Address).default({}),
  /** Where hosts may download from (artifact mirror, container registry), by name. */
  downloads: z.record(Name, z.strictObject({ cidr: Cidr, port: Port })),
};

const PrivateNetwork = z.strictObject({
  /** `private`: networks of the estate's own, a site each, behind one router, with floating IPs. */
  mode: z.literal("private"),
  /** Name of the cloud's external network: the router's gateway and the pool of floating IPs. */
  external: z.string().min(1),
  /** Bytes of a packet. Changed in place; hosts learn it at their next boot. @default what the cloud's networks have */
  mtu: z.int().min(1280).max(9000).optional(),
  ...common,
});

const ProviderNetwork = z.strictObject({
  /** `provider`: a network of the cloud in each site; hosts have its addresses, there is no router and no floating IP. */
  mode: z.literal("provider"),
  ...common,
});

/** How the hosts are reached and reach others. Another mode replaces everything. */
export const Network = z.discriminatedUnion("mode", [PrivateNetwork, ProviderNetwork], {
  error: (issue) =>
    issue.code === "invalid_union"
      ? "write private (own networks behind a router) or provider (a network of the cloud)"
      : undefined,
});

/** A part of the cloud with a network of its own: one room, one building, or all of it. Sites reach each other by routing. */
export const Site = z.strictObject({
  /** Addresses of its hosts; in mode `provider` those of the cloud's subnet. Changing it replaces the site's hosts. */
  cidr: Cidr,
  /** Availability zone of its hosts that name none. Changing it replaces them. @default chosen by nova */
  availabilityZone: z.string().min(1).optional(),
  /** In mode `provider`: name of the cloud's network. */
  network: z.string().min(1).optional(),
});
