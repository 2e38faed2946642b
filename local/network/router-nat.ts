import { isIpv6 } from "./cloud.ts";
import type { FloatingIp } from "./model.ts";
import { names } from "./names.ts";
import type { RouterPorts } from "./routers.ts";

/** Marks what came in from the external network, with the value the L3 agent uses. */
const fromOutside = "0x2";

/**
 * The address translation of a router, rule for rule as the L3 agent has it: floating IPs in both directions, SNAT to the
 * router's own address for everybody else if it is enabled, and the same for traffic inside that goes through a floating IP
 * (hairpin), so that answers come back the same way. A machine behind a router is thus never seen by its own address on the
 * other side of a floating IP: a rule with a remote group does not match it.
 */
export function routerTable({ router, gateway, floatingIps }: RouterPorts): string {
  const name = "ip estate-router";
  const outside = gateway?.fixed_ips.find(({ ip_address }) => !isIpv6(ip_address))?.ip_address;
  if (!gateway || outside === undefined) return `table ${name}\ndelete table ${name}\n`;
  const device = `"${names.routerGateway(gateway.id)}"`;
  const mapped = floatingIps.flatMap(({ floating_ip_address, fixed_ip_address }) =>
    fixed_ip_address === null ? [] : [{ floating: floating_ip_address, fixed: fixed_ip_address }],
  );
  const masked = router.external_gateway_info?.enable_snat !== false;
  return [
    `table ${name}`,
    `delete table ${name}`,
    `table ${name} {`,
    " chain from-outside {",
    "  type filter hook prerouting priority -150; policy accept;",
    `  iifname ${device} meta mark set ${fromOutside}`,
    " }",
    " chain prerouting {",
    "  type nat hook prerouting priority -100; policy accept;",
    ...(mapped.length > 0
      ? [`  dnat to ip daddr map { ${mapped.map(({ floating, fixed }) => `${floating} : ${fixed}`).join(", ")} }`]
      : []),
    ...floatingIps.flatMap(forwardings),
    " }",
    " chain postrouting {",
    "  type nat hook postrouting priority 100; policy accept;",
    `  oifname != ${device} ct status & dnat == 0 accept`,
    ...(mapped.length > 0
      ? [`  snat to ip saddr map { ${mapped.map(({ floating, fixed }) => `${fixed} : ${floating}`).join(", ")} }`]
      : []),
    ...(masked
      ? [`  oifname ${device} snat to ${outside}`, `  meta mark != ${fromOutside} ct status dnat snat to ${outside}`]
      : []),
    " }",
    "}",
    "",
  ].join("\n");
}

function forwardings({ floating_ip_address, port_forwardings = [] }: FloatingIp): string[] {
  return port_forwardings.flatMap(({ protocol, external_port, internal_port, internal_ip_address }) =>
    external_port && internal_port
      ? [
          `  ip daddr ${floating_ip_address} ${protocol} dport ${external_port} dnat to ${internal_ip_address}:${internal_port}`,
        ]
      : [],
  );
}
