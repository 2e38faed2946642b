/** The reverse zones of an estate, and the hosts whose addresses have names there. */
export interface ReverseFacts {
  /** Names without the full stop at the end, in their order. */
  readonly zones: readonly string[];
  /** Names of hosts. */
  readonly hosts: readonly string[];
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
 * @throws Error when it is in none: then the cloud gave a host an address that is not of its site
 */
export function reverseZoneOf(address: string, zones: readonly string[]): string {
  const zone = zones.find((one) => reverseName(address).endsWith(`.${one}`));
  if (zone === undefined) throw new Error(`${address} is in no reverse zone of the estate (${zones.join(", ")})`);
  return zone;
}
