import * as pulumi from "@pulumi/pulumi";
import type { EstateFacts } from "./facts.ts";
import type { Foundation } from "./foundation.ts";

/** A row of the hosts table, once the estate is built. */
export interface HostRow {
  readonly role: string;
  /** The DNS name others use. */
  readonly fqdn: string;
  /** The address on the estate's network. */
  readonly fixed: string;
  /** The address others are told: the floating IP where there is one. */
  readonly announced: string;
}

/** What other stacks and programs may know of the estate. Secrets are not in it. */
export interface PublishedFacts {
  readonly name: string;
  readonly zone: string;
  readonly api: { readonly url: string; readonly internalUrl: string };
  readonly versions: { readonly k3s: string; readonly image: string };
  /** By host name. */
  readonly hosts: Readonly<Record<string, HostRow>>;
}

/** The hosts table, by host name. */
export function publishHosts(facts: EstateFacts, { addresses }: Foundation): pulumi.Output<Record<string, HostRow>> {
  const hosts = facts.pools.flatMap((pool) => pool.hosts);
  const rows = hosts.map(({ name, role, names }) => {
    const { fixed, announced } = addresses[name] ?? { fixed: "", announced: "" };
    return pulumi.all([fixed, announced]).apply(([fixed, announced]) => {
      return [name, { role, fqdn: names.announced, fixed, announced }] as const;
    });
  });
  return pulumi.all(rows).apply((all) => Object.fromEntries(all));
}

/** The typed facts of the estate. */
export function publishFacts(
  facts: EstateFacts,
  hosts: pulumi.Output<Record<string, HostRow>>,
): pulumi.Output<PublishedFacts> {
  const { name, zone, api } = facts;
  const url = (host: string) => `https://${host}:${api.port}`;
  return hosts.apply((hosts) => ({
    ...{ name, zone, hosts, api: { url: url(api.name), internalUrl: url(api.internalName) } },
    versions: { k3s: facts.orchestrator.k3s.version, image: facts.image.name },
  }));
}
