import { networkPolicyOf, resolver, type Talker } from "../policy.ts";
import { metadataOf } from "./manifests.ts";
import { apiPort, app, type Part, selectorOf } from "./names.ts";

/** Whom Scalelite knows. */
export interface Reached {
  /** Every application that runs, with its ports: Scalelite's own, and those of its stores. */
  readonly apps: readonly Talker[];
  /** Addresses of hosts that run bbb. */
  readonly bbb: readonly string[];
}

/**
 * Who reaches a part, and whom it reaches: nginx takes requests of those whom the catalogue names, the API those of nginx; they, the
 * poller and the importer reach the stores, and those that ask BigBlueButton its hosts. Portals are told of recordings and of statistics
 * at their public addresses, which may be anywhere. What tells of the store calls nobody.
 */
export function policy(part: Part, { apps, bbb }: Reached) {
  const of = (ports: Talker["ports"]) =>
    networkPolicyOf({ name: app, apps: apps.map((one) => (one.name === app ? { ...one, ports } : one)), hosts: [] })
      .spec;
  const { http, spool } = apps.find(({ name }) => name === app)?.ports ?? {};
  const web = of(http ? { http } : {});
  const stores = of({}).egress;
  const within = (other: Part) => [{ podSelector: { matchLabels: selectorOf(other) } }];
  const ports = [{ port: apiPort, protocol: "TCP" }];
  const https = [{ port: 443, protocol: "TCP" }];
  const servers =
    bbb.length > 0 ? [{ to: bbb.map((address) => ({ ipBlock: { cidr: `${address}/32` } })), ports: https }] : [];
  const portals = { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }], ports: https };
  const rules = {
    nginx: { ingress: web.ingress, egress: [resolver, { to: within("api"), ports }] },
    api: { ingress: [{ from: within("nginx"), ports }], egress: [...stores, ...servers, portals] },
    poller: { ingress: [], egress: [...stores, ...servers] },
    importer: { ingress: [], egress: [...stores, portals] },
    migration: { ingress: [], egress: stores },
    spool: { ingress: of(spool ? { spool } : {}).ingress, egress: [] },
  }[part];
  return {
    metadata: metadataOf(part),
    spec: { podSelector: { matchLabels: selectorOf(part) }, policyTypes: ["Ingress", "Egress"], ...rules },
  };
}
