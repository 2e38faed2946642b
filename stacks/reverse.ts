import type { ApiFacts, HostFacts } from "./facts.ts";
import type { Estate } from "./schema.ts";

/** The reverse zones of an estate, and what addresses lead back to. */
export interface ReverseFacts {
  /** Names without the full stop at the end, in their order. */
  readonly zones: readonly string[];
  /** Of the addresses that hosts have on their networks, by host name. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Of floating IPs: by host name, and `api` for that of the load balancer. */
  readonly floating: Readonly<Record<string, string>>;
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
  const zones = [...own.map((site) => sites[site]?.cidr ?? ""), ...delegated].flatMap(reverseZones);
  const seenByOthers = ({ publicAddress }: HostFacts) => network.mode === "provider" && publicAddress;
  const behind = delegated.length > 0 ? hosts.filter(({ publicAddress }) => publicAddress) : [];
  return {
    // two sites may be parts of one /24
    zones: [...new Set(zones)].sort(),
    fixed: Object.fromEntries(
      hosts
        .filter(({ site }) => own.includes(site))
        .map((host) => [host.name, seenByOthers(host) ? host.names.announced : host.names.internal]),
    ),
    floating: {
      ...Object.fromEntries(behind.map(({ name, names }) => [name, names.announced])),
      ...(delegated.length > 0 && api.loadBalancer ? { api: api.name } : {}),
    },
  };
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
