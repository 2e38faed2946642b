import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build } from "../../../../stacks/application.ts";
import type { Store } from "../store/component.ts";
import type { application } from "./app.ts";

export const build: Build<typeof application, { readonly store: Store }> = (context) => {
  const { name, settings, used, facts, addresses, namespace, options } = context;
  const greeter = new pulumi.ComponentResource("test:apps:Greeter", name, {}, options);
  const hosts = facts.pools.filter(({ role }) => role === "bbb").flatMap((pool) => pool.hosts.map((host) => host.name));
  const data = {
    ...{ words: settings.words, store: used.store.host, zone: facts.zone, hosts: hosts.join(" ") },
    announced: addresses["bbb-01"]?.announced ?? "",
  };
  new kubernetes.core.v1.ConfigMap(name, { metadata: { name, namespace }, data }, { parent: greeter });
  return greeter;
};
