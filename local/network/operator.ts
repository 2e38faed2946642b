import { addresses, operatorNetworks } from "../addresses.ts";

/**
 * What may come in from its networks to the operator's side: answers, ping, and calls to the addresses of the cloud.
 * Everything else that happens to listen in the stack's namespace is not part of the cloud that hosts can see.
 */
export function operatorTable(): string {
  const name = "inet estate-operator";
  const bridges = operatorNetworks.map(({ bridge }) => `"${bridge}"`).join(", ");
  return [
    `table ${name}`,
    `delete table ${name}`,
    `table ${name} {`,
    " chain input {",
    "  type filter hook input priority 0; policy accept;",
    `  iifname != { ${bridges} } accept`,
    "  ct state established,related accept",
    "  meta l4proto { 1, 58 } accept",
    `  ip daddr { ${addresses.api}, ${addresses.dns}, ${addresses.mirror} } accept`,
    "  drop",
    " }",
    " chain forward {",
    "  type filter hook forward priority 0; policy drop;",
    " }",
    "}",
    "",
  ].join("\n");
}
