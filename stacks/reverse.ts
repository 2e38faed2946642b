import type { ApiFacts, HostFacts } from "./facts.ts";
import type { Estate } from "./schema.ts";

/** Addresses of one kind that lead back to names. */
export interface ReverseNames {
  /** Names of the zones that hold them, without the full stop at the end, in their order. */
  readonly zones: readonly string[];
  /** What each leads back to, by host name. */
  readonly names: Readonly<Record<string, string>>;
}

/** What addresses lead back to. No zone is of both kinds. */
export interface ReverseFacts {
  /** The addresses that hosts have on their networks. */
  readonly fixed: ReverseNames;
  /** Floating IPs; `api` is that of what stands before the API. */
  readonly floating: ReverseNames;
}

/**
 * Which addresses lead back to names. A mail server or a TURN server is looked up by the address others see, and that name is looked
 * up again: so such an address leads to the announced name, which leads to it.
 */
export function reverseFacts(
  { network, sites }: Pick<Estate, "network" | "sites">,
  hosts: readonly HostFacts[],
  api: ApiFacts,
): ReverseFacts {
  const own = Object.keys(sites).filter((site) => sites[site]?.reverseZone ?? network.mode === "private");
  const delegated = network.mode === "private" ? Object.values(network.reverseRanges) : [];
  const seenByOthers = ({ publicAddress }: HostFacts) => network.mode === "provider" && publicAddress;
  const inside = hosts
    .filter(({ site }) => own.includes(site))
    .map((host) => [host.name, seenByOthers(host) ? host.names.announced : host.names.internal]);
  const outside = [
    ...hosts.filter(({ publicAddress }) => publicAddress).map(({ name, names }) => [name, names.announced]),
    ...(api.loadBalancer || api.vip ? [["api", api.name]] : []),
  ];
  return {
    fixed: { zones: zonesOf(own.map((site) => sites[site]?.cidr ?? "")), names: Object.fromEntries(inside) },
    floating: { zones: zonesOf(delegated), names: delegated.length > 0 ? Object.fromEntries(outside) : {} },
  };
}

/** Two sites may be parts of one /24. */
function zonesOf(ranges: readonly string[]): string[] {
  return [...new Set(ranges.flatMap(reverseZones))].sort();
}

/**
 * The reverse zones that hold the addresses of an IPv4 range. DNS divides addresses at their bytes: a range between two of them has
 * a zone for each part, and no address of others is in any (`10.20.0.0/22` has four); one smaller than /24 has the zone of its /24.
 */
export function reverseZones(cidr: string): string[] {
  const [address = "", length = "32"] = cidr.split("/");
  const bytes = address.split(".").map(Number);
  const prefix = Math.min(24, Number(length));
  const kept = Math.max(1, Math.ceil(prefix / 8));
  const parts = 2 ** (8 * kept - prefix);
  return Array.from({ length: parts }, (_, part) => {
    const labels = bytes.slice(0, kept).map((byte, index) => (index === kept - 1 ? byte + part : byte));
    return `${labels.reverse().join(".")}.in-addr.arpa`;
  });
}

/** The name that leads back from an IPv4 address. */
export function reverseName(address: string): string {
  return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
}

/**
 * The zone that an address is in.
 *
 * @param cure what to do when it is in none
 * @throws Error when it is in none: the cloud gave an address that is of no range of the document
 */
export function reverseZoneOf(address: string, zones: readonly string[], cure = ""): string {
  const zone = zones.find((one) => reverseName(address).endsWith(`.${one}`));
  if (zone === undefined)
    throw new Error(`${address} is in no reverse zone of the estate (${zones.join(", ")})${cure && `: ${cure}`}`);
  return zone;
}
