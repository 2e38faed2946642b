import { isIpv6, isSecured } from "./cloud.ts";
import type { Port } from "./model.ts";
import { names } from "./names.ts";

/**
 * What ports may send, as an nftables table of the stack's namespace, where their other ends are: only their own MAC and
 * addresses and the allowed address pairs, in IPv4, ARP and IPv6, and no router advertisements. Ports without port security
 * may send anything.
 */
export function antiSpoofingTable(ports: readonly Port[]): string {
  const name = "bridge estate-anti-spoofing";
  const secured = ports.filter(isSecured);
  const verdicts = secured.map(({ id }) => `"${names.tap(id)}" : goto ${names.tap(id)}`);
  return [
    `table ${name}`,
    `delete table ${name}`,
    `table ${name} {`,
    ...secured.flatMap(portChain),
    " chain prerouting {",
    "  type filter hook prerouting priority -300; policy accept;",
    ...(verdicts.length > 0 ? [`  iifname vmap { ${verdicts.join(", ")} }`] : []),
    " }",
    "}",
    "",
  ].join("\n");
}

function portChain(port: Port): string[] {
  return [
    ` chain ${names.tap(port.id)} {`,
    ...[...sendersOf(port)].flatMap(([mac, addresses]) => senderRules(mac, addresses)),
    "  drop",
    " }",
  ];
}

/** MAC to the addresses that may be sent from it. */
function sendersOf(port: Port): Map<string, string[]> {
  const senders = new Map([[port.mac_address, port.fixed_ips.map(({ ip_address }) => ip_address)]]);
  for (const { mac_address = port.mac_address, ip_address } of port.allowed_address_pairs) {
    senders.set(mac_address, [...(senders.get(mac_address) ?? []), ip_address]);
  }
  return senders;
}

function senderRules(mac: string, addresses: readonly string[]): string[] {
  const from = `  ether saddr ${mac}`;
  const ipv4 = addresses.filter((address) => !isIpv6(address));
  const ipv6 = [linkLocal(mac), ...addresses.filter(isIpv6)];
  return [
    ...(ipv4.length > 0
      ? [`${from} arp saddr ether ${mac}${oneOf("arp saddr ip", ipv4)} accept`, `${from}${v4(ipv4)} accept`]
      : []),
    `${from} ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept`,
    `${from} icmpv6 type nd-router-advert drop`,
    // the target of a neighbour advertisement, which has no name in this nftables
    ...(ipv6.some((address) => address.includes("/"))
      ? []
      : [`${from} icmpv6 type nd-neighbor-advert @th,64,128 != { ${ipv6.map(ipv6Number).join(", ")} } drop`]),
    `${from}${oneOf("ip6 saddr", ipv6) || " ether type ip6"} accept`,
    `${from} ip6 saddr :: icmpv6 type { 131, 132, 133, 135, 143 } accept`,
  ];
}

function v4(addresses: readonly string[]): string {
  return oneOf("ip saddr", addresses) || " ether type ip";
}

/** The match, or "" where an address pair allows every address. */
function oneOf(field: string, addresses: readonly string[]): string {
  if (addresses.some((address) => address.endsWith("/0"))) return "";
  return ` ${field} { ${[...new Set(addresses)].toSorted().join(", ")} }`;
}

/** The address an interface gives itself (RFC 4291, modified EUI-64). */
export function linkLocal(mac: string): string {
  const bytes = mac.split(":").map((byte) => Number.parseInt(byte, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  const group = (high: number, low: number) => ((high << 8) | low).toString(16);
  return `fe80::${group(a ^ 2, b)}:${group(c, 0xff)}:${group(0xfe, d)}:${group(e, f)}`;
}

/** An IPv6 address as a hexadecimal number. */
export function ipv6Number(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const [first, last] = [groups(head), groups(tail ?? "")];
  const zeros = tail === undefined ? [] : Array<string>(8 - first.length - last.length).fill("0");
  return `0x${[...first, ...zeros, ...last].map((group) => group.padStart(4, "0")).join("")}`;
}
