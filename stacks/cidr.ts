import { BlockList, isIPv4 } from "node:net";

/** The network part and prefix length of `10.0.0.0/24`; a bare address counts as /32. */
function split(cidr: string): { readonly address: string; readonly prefix: number } {
  const [address = "", prefix = "32"] = cidr.split("/");
  return { address, prefix: Number(prefix) };
}

/** How many bits all addresses of a range share; of a bare address all. */
export function prefixOf(cidr: string): number {
  return split(cidr).prefix;
}

/** The IPv4 range as it begins: of `10.0.0.7/24` it is `10.0.0.0/24`. */
export function startOf(cidr: string): string {
  const { address, prefix } = split(cidr);
  const bytes = address.split(".").map((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix - 8 * index));
    return Number(byte) & (0xff << (8 - bits));
  });
  return `${bytes.join(".")}/${prefix}`;
}

/** Whether the IPv4 range contains the address (or the first address of the range) given second. What is no range contains none. */
export function contains(cidr: string, other: string): boolean {
  const { address, prefix } = split(cidr);
  const candidate = split(other).address;
  if (!isIPv4(address) || !isIPv4(candidate)) return false;
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > 32) return false;
  const list = new BlockList();
  list.addSubnet(address, prefix, "ipv4");
  return list.check(candidate, "ipv4");
}

/** Whether two IPv4 ranges share an address. Ranges are aligned, so one of them then contains the start of the other. */
export function overlap(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}
