import { networkPolicyOf, resolver, type Talker } from "../policy.ts";
import { app, type Part, ports, selectorOf } from "./names.ts";
import { metadataFor } from "./pods.ts";
import type { HostJob } from "./targets.ts";

/** Whom the parts reach. */
export interface Reached {
  /** Every application that runs, with its ports. */
  readonly apps: readonly Talker[];
  /** Ranges of the estate's hosts. */
  readonly hosts: readonly string[];
  readonly hostJobs: readonly Pick<HostJob, "port">[];
  /** Where alerts are sent. */
  readonly notified: readonly { readonly cidr: string; readonly port: number }[];
}

/**
 * Who reaches a part, and whom it reaches. Prometheus alone reaches what is read: hosts at the ports of the catalogue, and pods of
 * applications that name monitoring as a caller.
 */
export function policy(part: Part, reached: Reached) {
  const { apps, hosts, hostJobs, notified } = reached;
  const tcp = (port: number) => ({ port, protocol: "TCP" });
  const within = (...others: Part[]) => others.map((other) => ({ podSelector: { matchLabels: selectorOf(other) } }));
  const from = (...others: Part[]) => ({ from: within(...others), ports: [tcp(ports[part])] });
  const to = (other: Part) => ({ to: within(other), ports: [tcp(ports[other])] });
  const exporters = {
    to: hosts.map((cidr) => ({ ipBlock: { cidr } })),
    ports: hostJobs.map(({ port }) => tcp(port)),
  };
  const called = networkPolicyOf({ name: app, apps: apps.filter(({ name }) => name !== app), hosts: [] }).spec.egress;
  const rules = {
    prometheus: { ingress: [from("prometheus")], egress: [...called, to("prometheus"), to("alertmanager"), exporters] },
    alertmanager: {
      ingress: [from("prometheus")],
      egress: [resolver, ...notified.map(({ cidr, port }) => ({ to: [{ ipBlock: { cidr } }], ports: [tcp(port)] }))],
    },
  }[part];
  return {
    metadata: metadataFor(part),
    spec: {
      ...{ podSelector: { matchLabels: selectorOf(part) }, policyTypes: ["Ingress", "Egress"] },
      // without ends or without ports a rule would be for all
      ...{ ingress: rules.ingress, egress: rules.egress.filter((rule) => rule.to.length > 0 && rule.ports.length > 0) },
    },
  };
}
