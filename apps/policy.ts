import type { PodPort } from "../stacks/application.ts";
import { selectorOf } from "./labels.ts";
import { metadataOf } from "./manifests.ts";

/** Of the applications that run, what a policy needs. */
export interface Talker {
  readonly name: string;
  readonly ports: Readonly<Record<string, PodPort>>;
}

export interface PolicyFacts {
  readonly name: string;
  /** Every application that runs, itself too. */
  readonly apps: readonly Talker[];
  /** Ranges of the estate's hosts. */
  readonly hosts: readonly string[];
  /** What it reaches besides other applications and the orchestrator's DNS: a range, and ports by TCP. @default nothing */
  readonly reaches?: readonly { readonly cidr: string; readonly ports: readonly number[] }[];
}

/**
 * NetworkPolicy: to the pods of an application only whom its ports name, from them only to ports that name it; whatever is not said
 * is closed. Probes come from the pod's own host, which Kubernetes lets through.
 */
export function networkPolicyOf({ name, apps, hosts, reaches = [] }: PolicyFacts) {
  const own = apps.find((app) => app.name === name)?.ports ?? {};
  const ingress = Object.values(own).flatMap(({ port, protocol, from }) => {
    const peers = from.flatMap((party) => peersOf(party, apps, hosts));
    // a rule without peers would let everyone in
    return peers.length > 0 ? [{ from: peers, ports: [portOf(port, protocol)] }] : [];
  });
  const called = apps.flatMap((app) =>
    Object.values(app.ports)
      .filter(({ from }) => from.includes(name))
      .map(({ port, protocol }) => ({ to: [podsOf(app.name)], ports: [portOf(port, protocol)] })),
  );
  const outside = reaches.map(({ cidr, ports }) => ({
    to: [{ ipBlock: { cidr } }],
    ports: ports.map((port) => portOf(port)),
  }));
  return {
    metadata: metadataOf(name),
    spec: {
      podSelector: { matchLabels: selectorOf(name) },
      policyTypes: ["Ingress", "Egress"],
      ...{ ingress, egress: [resolver, ...called, ...outside] },
    },
  };
}

const resolver = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [portOf(53, "udp"), portOf(53)],
};

function podsOf(application: string) {
  return { podSelector: { matchLabels: selectorOf(application) } };
}

type Peer = ReturnType<typeof podsOf> | { readonly ipBlock: { readonly cidr: string } };

function peersOf(party: string, apps: readonly Talker[], hosts: readonly string[]): Peer[] {
  if (party === "world") return [{ ipBlock: { cidr: "0.0.0.0/0" } }];
  if (party === "hosts") return hosts.map((cidr) => ({ ipBlock: { cidr } }));
  return apps.some(({ name }) => name === party) ? [podsOf(party)] : [];
}

function portOf(port: number, protocol = "tcp") {
  return { port, protocol: protocol.toUpperCase() };
}
