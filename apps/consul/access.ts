import { networkPolicyOf, resolver, type Talker } from "../policy.ts";
import { app, type Part, ports, selectorOf } from "./names.ts";
import { metadataFor } from "./server.ts";

export interface Reached {
  /** Every application that runs, with its ports. */
  readonly apps: readonly Talker[];
  /** Where services are that the keeper looks at. */
  readonly checked: readonly { readonly address: string; readonly port: number }[];
}

/**
 * Who reaches a part, and whom it reaches. Servers are reached by whom the catalogue of ports names, and reach each other; the keeper reaches
 * the servers and what it looks at, and nobody reaches it.
 */
export function policy(part: Part, { apps, checked }: Reached) {
  const to = (of: Part) => [{ podSelector: { matchLabels: selectorOf(of) } }];
  const tcp = (port: number) => ({ port, protocol: "TCP" });
  const among = [tcp(ports.rpc), tcp(ports.serf), { port: ports.serf, protocol: "UDP" }];
  const http = [tcp(ports.http)];
  const own = networkPolicyOf({ name: app, apps: apps.map(withoutItself), hosts: [] }).spec.ingress;
  const rules = {
    server: {
      // the catalogue names this application where its own parts come
      ingress: [...own, { from: to("server"), ports: among }, { from: to("keeper"), ports: http }],
      egress: [resolver, { to: to("server"), ports: among }],
    },
    keeper: {
      ingress: [],
      egress: [
        ...[resolver, { to: to("server"), ports: http }],
        ...checked.map(({ address, port }) => ({ to: [{ ipBlock: { cidr: `${address}/32` } }], ports: [tcp(port)] })),
      ],
    },
  }[part];
  return {
    metadata: metadataFor(part),
    spec: { podSelector: { matchLabels: selectorOf(part) }, policyTypes: ["Ingress", "Egress"], ...rules },
  };
}

/** Its ports, open to others only. */
function withoutItself({ name, ports }: Talker): Talker {
  if (name !== app) return { name, ports };
  const others = Object.entries(ports).map(([port, one]) => [
    port,
    { ...one, from: one.from.filter((by) => by !== app) },
  ]);
  return { name, ports: Object.fromEntries(others) };
}
