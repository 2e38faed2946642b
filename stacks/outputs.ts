import * as pulumi from "@pulumi/pulumi";
import { environment } from "./environment.ts";
import type { EstateFacts } from "./facts.ts";
import type { Foundation } from "./foundation.ts";
import type { HostRow, PublishedFacts } from "./published.ts";
import { mirrorsOf, registryUsers } from "./registries.ts";

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
  apps: Readonly<Record<string, pulumi.ComponentResource>>,
): pulumi.Output<PublishedFacts> {
  const { recordings } = apps as { readonly recordings?: { readonly location: pulumi.Output<string> } };
  const { name, zone, api } = facts;
  const { namespace, pullSecret: secret } = environment;
  const users = registryUsers(facts);
  const passwords = Object.fromEntries(users.map(({ registry, key }) => [registry, `estate:${key}`]));
  const url = (host: string) => `https://${host}:${api.port}`;
  return pulumi.all([hosts, recordings?.location]).apply(([hosts, location]) => ({
    ...{ name, zone, hosts, api: { url: url(api.name), internalUrl: url(api.internalName) } },
    versions: { k3s: facts.orchestrator.k3s.version, image: facts.image.name },
    registry: { mirrors: mirrorsOf(facts) },
    environment: { name, namespace },
    ...(location === undefined ? {} : { recordings: { location } }),
    // what holds them, never what they are
    credentials: {
      kubeconfig: { output: "kubeconfig" },
      ...(users.length === 0 ? {} : { registry: { secret, passwords } }),
    },
  }));
}
