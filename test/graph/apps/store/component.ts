import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build } from "../../../../stacks/application.ts";
import type { application } from "./app.ts";

export class Store extends pulumi.ComponentResource {
  readonly host = "store.estate";
}

export const build: Build<typeof application> = ({ name, settings, secrets, namespace, after, options }) => {
  const store = new Store("test:apps:Store", name, {}, options);
  const stringData = { password: secrets.password, licence: secrets.licence, size: String(settings.sizeGiB) };
  new kubernetes.core.v1.Secret(
    name,
    { metadata: { name, namespace }, stringData },
    { parent: store, dependsOn: [...after] },
  );
  return store;
};
