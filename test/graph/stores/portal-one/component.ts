import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Postgres } from "../../../../apps/postgres/component.ts";
import type { Redis } from "../../../../apps/redis/component.ts";
import type { Build } from "../../../../stacks/application.ts";
import type { application } from "./app.ts";

interface Used {
  readonly postgres: Postgres;
  readonly redis: Redis;
}

/** Names what it is told of its database and its Redis. */
class Portal extends pulumi.ComponentResource {
  constructor(
    name: string,
    { postgres, redis }: Used,
    namespace: pulumi.Input<string>,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("test:apps:Portal", name, {}, opts);
    const [database, cache] = [postgres.databases[name], redis.instances[name]];
    const data = { database: database?.secret ?? "", revision: database?.revision ?? "", cache: cache?.secret ?? "" };
    new kubernetes.core.v1.ConfigMap(name, { metadata: { name, namespace }, data }, { parent: this });
  }
}

export const build: Build<typeof application, Used> = ({ name, used, namespace, options }) =>
  new Portal(name, used, namespace, options);
