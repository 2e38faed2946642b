import { lines } from "../../ignition/config.ts";

/**
 * Leads the host's own traffic to its announced address back to it: BigBlueButton calls itself by its public name, and media servers send
 * to what they announce. A cloud need not turn such packets round. The address is not put on an interface: others behind the same one would
 * then be taken for this host. An empty table where both addresses are one.
 */
export function hairpin({ fixed, announced }: { readonly fixed: string; readonly announced: string }): string {
  const rule = `ip daddr ${announced} dnat to ${fixed}`;
  const chain = (name: string, hook: string, before = "") => [
    `  chain ${name} {`,
    `    type nat hook ${hook} priority -110; policy accept;`,
    `    ${before}${rule}`,
    "  }",
  ];
  return lines(
    "table ip estate_bbb",
    "delete table ip estate_bbb",
    "table ip estate_bbb {",
    ...(announced === fixed ? [] : [...chain("own", "output"), ...chain("containers", "prerouting")]),
    "}",
  );
}
