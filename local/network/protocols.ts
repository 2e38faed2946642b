/** The names neutron takes for IP protocols in security group rules, and their numbers. */
const numbers: Readonly<Record<string, number>> = {
  ah: 51,
  dccp: 33,
  egp: 8,
  esp: 50,
  gre: 47,
  icmp: 1,
  icmpv6: 58,
  igmp: 2,
  ipip: 4,
  "ipv6-encap": 41,
  "ipv6-frag": 44,
  "ipv6-icmp": 58,
  "ipv6-nonxt": 59,
  "ipv6-opts": 60,
  "ipv6-route": 43,
  ospf: 89,
  pgm: 113,
  rsvp: 46,
  sctp: 132,
  tcp: 6,
  udp: 17,
  udplite: 136,
  vrrp: 112,
};

/** ICMP and ICMPv6. */
export const icmp = { IPv4: 1, IPv6: 58 } as const;

/** The number of a protocol, or nothing for any protocol. `icmp` in a rule for IPv6 means ICMPv6, as in neutron. */
export function protocolNumber(protocol: string | null, ethertype: "IPv4" | "IPv6"): number | undefined {
  if (protocol === null || protocol === "any" || protocol === "") return undefined;
  const number = numbers[protocol] ?? Number(protocol);
  return number === icmp.IPv4 && ethertype === "IPv6" ? icmp.IPv6 : number;
}
