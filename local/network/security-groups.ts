import { type Cloud, isIpv6, isSecured } from "./cloud.ts";
import type { Port, SecurityGroupRule } from "./model.ts";
import { icmp, protocolNumber } from "./protocols.ts";

/** Where hosts ask for metadata. */
export const metadataAddress = "169.254.169.254";

/** A port, and the interface it is in its namespace. */
export interface PluggedPort {
  readonly port: Port;
  readonly interface: string;
}

/**
 * The security groups of the ports of one machine, as an nftables table of its namespace.
 *
 * It filters what is on the wire: packets come in before any DNAT of the machine (kube-proxy) and go out after its SNAT, as
 * a hypervisor sees them. The direction in which a connection was opened decides, packet by packet, so that taking a rule
 * away also ends the connections it had let in. `metadata` is the port whose egress rules hold for the metadata address,
 * which is not on the wire here.
 */
export function securityGroupsTable(cloud: Cloud, ports: readonly PluggedPort[], metadata?: PluggedPort): string {
  const name = "inet estate-security-groups";
  const chains = ports.map((plugged) => portChains(cloud, plugged));
  const sets = new Map(chains.flatMap((chain) => [...chain.sets]));
  const wire = `{ ${ports.map((plugged) => `"${plugged.interface}"`).join(", ")} }`;
  const verdicts = (direction: string) =>
    ports.map((plugged) => `"${plugged.interface}" : goto ${direction}-${plugged.interface}`).join(", ");
  return [
    `table ${name}`,
    `delete table ${name}`,
    `table ${name} {`,
    ...[...sets.values()].flat(),
    ...chains.flatMap((chain) => chain.lines),
    " chain wire-in {",
    "  type filter hook prerouting priority -150; policy accept;",
    ...(metadata ? metadataIn(wire, metadata) : []),
    `  iifname != ${wire} accept`,
    `  icmpv6 type { 130, 131, 132, 134, 135, 136 } accept`,
    ...stateful,
    `  iifname vmap { ${verdicts("ingress")} }`,
    " }",
    " chain wire-out {",
    "  type filter hook postrouting priority 150; policy accept;",
    `  oifname != ${wire} accept`,
    `  icmpv6 type { 130, 131, 132, 133, 135, 136, 143 } accept`,
    ...stateful,
    `  oifname vmap { ${verdicts("egress")} }`,
    " }",
    ...(metadata ? metadataOut(metadata) : []),
    "}",
    "",
  ].join("\n");
}

const stateful = [
  "  ct state related accept",
  "  ct state established ct direction reply accept",
  "  ct state invalid drop",
];

/** From the wire nobody gets at it; pods of the host are held to the host's egress rules, as its own processes are. */
function metadataIn(wire: string, metadata: PluggedPort): string[] {
  return [
    `  iifname ${wire} ip daddr ${metadataAddress} drop`,
    `  iifname != "lo" ip daddr ${metadataAddress} goto egress-${metadata.interface}`,
  ];
}

/** Judged before its port is translated (see metadata.ts). */
function metadataOut(metadata: PluggedPort): string[] {
  return [
    " chain metadata-out {",
    "  type filter hook output priority -150; policy accept;",
    `  ip daddr ${metadataAddress} ct direction original goto egress-${metadata.interface}`,
    " }",
  ];
}

interface PortChains {
  readonly lines: readonly string[];
  readonly sets: ReadonlyMap<string, readonly string[]>;
}

function portChains(cloud: Cloud, { port, interface: name }: PluggedPort): PortChains {
  if (!isSecured(port)) {
    return { lines: [` chain ingress-${name} {`, " }", ` chain egress-${name} {`, " }"], sets: new Map() };
  }
  const groups = cloud.securityGroups.filter(({ id }) => port.security_groups.includes(id));
  const rules = groups.flatMap((group) => group.security_group_rules);
  const sets = new Map<string, readonly string[]>();
  const lines = (direction: string) => {
    const matches = rules.filter((rule) => rule.direction === direction).map((rule) => ruleMatch(cloud, rule, sets));
    return [...new Set(matches)].toSorted().map((match) => `  ${match} accept`);
  };
  return {
    lines: [
      ` chain ingress-${name} {`,
      "  udp sport 67 udp dport 68 accept",
      "  udp sport 547 udp dport 546 accept",
      ...lines("ingress"),
      "  drop",
      " }",
      ` chain egress-${name} {`,
      "  udp sport 68 udp dport 67 accept",
      "  udp sport 546 udp dport 547 accept",
      "  udp sport 67 udp dport 68 drop",
      "  udp sport 547 udp dport 546 drop",
      "  icmpv6 type 134 drop",
      ...lines("egress"),
      "  drop",
      " }",
    ],
    sets,
  };
}

/** What a rule matches, in nftables' words; the sets it refers to are added to `sets`. */
function ruleMatch(cloud: Cloud, rule: SecurityGroupRule, sets: Map<string, readonly string[]>): string {
  const ipv6 = rule.ethertype === "IPv6";
  const side = `${ipv6 ? "ip6" : "ip"} ${rule.direction === "ingress" ? "saddr" : "daddr"}`;
  const remote = remoteOf(cloud, rule, sets);
  return [
    `meta nfproto ${ipv6 ? "ipv6" : "ipv4"}`,
    ...(remote === undefined ? [] : [`${side} ${remote}`]),
    ...protocolMatch(rule),
  ].join(" ");
}

function remoteOf(cloud: Cloud, rule: SecurityGroupRule, sets: Map<string, readonly string[]>): string | undefined {
  const family = rule.ethertype === "IPv6" ? 6 : 4;
  const setOf = (kind: string, id: string, addresses: readonly string[]) => {
    const name = `${kind}-${id}-ipv${family}`;
    sets.set(name, addressSet(name, family, addresses));
    return `@${name}`;
  };
  if (rule.remote_group_id) return setOf("group", rule.remote_group_id, cloud.members.get(rule.remote_group_id) ?? []);
  if (rule.remote_address_group_id) {
    const group = cloud.addressGroups.find(({ id }) => id === rule.remote_address_group_id);
    return setOf("addresses", rule.remote_address_group_id, group?.addresses ?? []);
  }
  const prefix = rule.remote_ip_prefix;
  return prefix === null || prefix.endsWith("/0") ? undefined : prefix;
}

function addressSet(name: string, family: 4 | 6, addresses: readonly string[]): string[] {
  const elements = [...new Set(addresses.filter((address) => isIpv6(address) === (family === 6)))].toSorted();
  return [
    ` set ${name} {`,
    `  type ipv${family}_addr; flags interval; auto-merge`,
    ...(elements.length > 0 ? [`  elements = { ${elements.join(", ")} }`] : []),
    " }",
  ];
}

function protocolMatch(rule: SecurityGroupRule): string[] {
  const number = protocolNumber(rule.protocol, rule.ethertype);
  if (number === undefined) return [];
  const { port_range_min: min, port_range_max: max } = rule;
  if (number === icmp[rule.ethertype]) {
    const family = rule.ethertype === "IPv6" ? "icmpv6" : "icmp";
    if (min === null) return [`meta l4proto ${number}`];
    return [`${family} type ${min}`, ...(max === null ? [] : [`${family} code ${max}`])];
  }
  if (min === null && max === null) return [`meta l4proto ${number}`];
  const [low, high] = [min ?? max, max ?? min];
  return [`meta l4proto ${number}`, `th dport ${low === high ? low : `${low}-${high}`}`];
}
