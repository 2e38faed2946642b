import { metadataOf } from "../manifests.ts";
import { networkPolicyOf, resolver, type Talker } from "../policy.ts";
import { app, type Part, parts, podPorts, selectorOf } from "./names.ts";

/** In its namespace: the Secrets that it keeps, and no other. One that is not there yet has no name that a rule could ask for. */
export function role(secrets: readonly string[]) {
  const what = { apiGroups: [""], resources: ["secrets"] };
  return {
    metadata: metadataOf(parts.acme, app),
    rules: [
      { ...what, resourceNames: [...secrets], verbs: ["get", "patch"] },
      { ...what, verbs: ["create"] },
    ],
  };
}

export function binding() {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: parts.acme };
  return { metadata: metadataOf(parts.acme, app), roleRef };
}

/** Whom the parts know. */
export interface Reached {
  /** Every application that runs, with its ports. */
  readonly apps: readonly Talker[];
  /** What hosts may fetch from, the authority and the cloud among it. */
  readonly downloads: readonly { readonly cidr: string; readonly port: number }[];
  /** Addresses of the orchestrator's servers. */
  readonly orchestrators: readonly string[];
}

/** Who reaches a part, and whom it reaches: the gate every application that lets it in, the ACME client what hosts may fetch from. */
export function policy(part: Part, { apps, downloads, orchestrators }: Reached) {
  const tcp = (port: number) => [{ port, protocol: "TCP" }];
  const rules = {
    gate: () => {
      const own = (one: Talker) => ({ ...one, ports: without(one.ports, "challenge") });
      const { spec } = networkPolicyOf({
        name: app,
        apps: apps.map((one) => (one.name === app ? own(one) : one)),
        hosts: [],
      });
      const proof = { to: [{ podSelector: { matchLabels: selectorOf("acme") } }], ports: tcp(podPorts.challenge) };
      return { ingress: spec.ingress, egress: [...spec.egress, proof] };
    },
    acme: () => ({
      ingress: [{ from: [{ podSelector: { matchLabels: selectorOf("gate") } }], ports: tcp(podPorts.challenge) }],
      egress: [
        resolver,
        ...downloads.map(({ cidr, port }) => ({ to: [{ ipBlock: { cidr } }], ports: tcp(port) })),
        { to: orchestrators.map((address) => ({ ipBlock: { cidr: `${address}/32` } })), ports: tcp(6443) },
      ],
    }),
  }[part]();
  return {
    metadata: metadataOf(parts[part], app),
    spec: { podSelector: { matchLabels: selectorOf(part) }, policyTypes: ["Ingress", "Egress"], ...rules },
  };
}

function without(ports: Talker["ports"], name: string): Talker["ports"] {
  return Object.fromEntries(Object.entries(ports).filter(([port]) => port !== name));
}
