import { selectorOf as selectorOfApplication } from "../labels.ts";
import { networkPolicyOf, type Talker } from "../policy.ts";
import { metadataOf } from "./manifests.ts";
import { app, type Part, selectorOf } from "./names.ts";

/** Whom the portal knows. */
export interface Reached {
  /** Every application that runs, with its ports: the portal's own, and those of its stores. */
  readonly apps: readonly Talker[];
  /** Ranges outside, by port, other than 443. */
  readonly outside: readonly { readonly port: number; readonly cidrs: readonly string[] }[];
}

/**
 * Who reaches a part, and whom it reaches: the portal takes requests of those whom the catalogue names; it and the migration reach the
 * stores. Scalelite, identity providers with their keys and pictures of people, and object stores are at public names, which may lead
 * anywhere, to the ingress of the estate too; security groups of hosts narrow that down. Of mail the ranges are known.
 */
export function policy(part: Part, { apps, outside }: Reached) {
  // not by the way inside, which is for those that hand no addresses on to browsers
  const others = apps.filter(({ name }) => name !== "scalelite");
  const { ingress, egress: stores } = networkPolicyOf({ name: app, apps: others, hosts: [] }).spec;
  const rules =
    part === "migration"
      ? { ingress: [], egress: stores }
      : { ingress, egress: [...stores, web, ...waysIn(apps), ...outside.flatMap(rangesTo)] };
  return {
    metadata: metadataOf(part),
    spec: { podSelector: { matchLabels: selectorOf(part) }, policyTypes: ["Ingress", "Egress"], ...rules },
  };
}

/** Never to the metadata service. */
const web = {
  to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }],
  ports: [{ port: 443, protocol: "TCP" }],
};

/** To pods of the ingress by what they listen on: addresses that lead to them are replaced by theirs before a policy looks. */
function waysIn(apps: readonly Talker[]) {
  const ports = Object.values(apps.find(({ name }) => name === "ingress")?.ports ?? {})
    .filter(({ from }) => from.includes("world"))
    .map(({ port }) => ({ port, protocol: "TCP" }));
  return ports.length > 0 ? [{ to: [{ podSelector: { matchLabels: selectorOfApplication("ingress") } }], ports }] : [];
}

function rangesTo({ port, cidrs }: Reached["outside"][number]) {
  // a rule without peers would lead everywhere
  return cidrs.length > 0
    ? [{ to: cidrs.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ port, protocol: "TCP" }] }]
    : [];
}
