import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build } from "../../stacks/application.ts";
import { dataVolume } from "../../stacks/dataVolume.ts";
import { digestOf } from "../../stacks/digest.ts";
import { localVolume } from "../../stacks/localVolume.ts";
import { versions } from "../../stacks/versions.ts";
import { ApplicationComponent } from "../component.ts";
import { exporterPolicy, jobPolicy, serverPolicy } from "./access.ts";
import type { application } from "./app.ts";
import { exporter } from "./exporter.ts";
import type { RedisFacts } from "./facts.ts";
import { usersJob } from "./jobs.ts";
import { data, exporterName, instanceName, port, scriptsName } from "./names.ts";
import { configFiles, scripts, service, statefulSet, usersSecret } from "./server.ts";
import { passwordsOf, type RedisUser, usersAcl } from "./users.ts";

export interface RedisArgs {
  /** Name of the namespace. Changing it replaces everything in it; the volume keeps the data. */
  readonly namespace: pulumi.Input<string>;
  /**
   * Every password follows from it, so that another one is another password of all, at once, and no job tells the servers: they know those
   * before until they start anew. Fixed for the life of the servers; `generation` changes passwords.
   */
  readonly seed: pulumi.Input<string>;
  /** Where all of them keep their data. At another place they start with what is there, or with nothing. */
  readonly place: Pick<RedisFacts, "host" | "volume">;
  /** One for each application that uses it. One more or less touches the others not; what changes of one is told or restarts it alone. */
  readonly instances: readonly RedisFacts[];
  /** Made after these, and removed before them: the hosts its pods run on. Changing them changes no pod. */
  readonly after: readonly pulumi.Resource[];
}

/** What an application needs to know of its Redis. */
export interface Instance {
  /** The Secret with url, host, port and password. It is there when the password works. */
  readonly secret: pulumi.Output<string>;
  /** Another one when the password is another: for an annotation of the pods, which do not see it otherwise. */
  readonly revision: string;
}

/** A Redis for each application that uses it, all on one volume. */
export class Redis extends ApplicationComponent {
  static readonly type = "estate:apps:Redis";
  /** By application. */
  readonly instances: Readonly<Record<string, Instance>>;
  readonly #args: RedisArgs;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Redis.type, name, args.namespace, opts);
    this.#args = args;
    const shared = [this.#volume(), this.#configMap(scriptsName, scripts)];
    this.instances = Object.fromEntries(
      args.instances.map((facts) => [facts.instance.application, this.#instance(facts, shared)]),
    );
    this.registerOutputs({});
  }

  #volume(): pulumi.Resource {
    const { volume, claim } = localVolume({ name: data, ...this.#args.place });
    const made = new kubernetes.core.v1.PersistentVolume(data, volume, this.own());
    return new kubernetes.core.v1.PersistentVolumeClaim(data, this.takenBack(claim), this.own([made]));
  }

  #instance(facts: RedisFacts, shared: readonly pulumi.Resource[]): Instance {
    const { application, generation } = facts.instance;
    const name = instanceName(application);
    const users = this.#users(facts);
    const server = this.#server(facts, [...shared, users]);
    // known at plan time, and no secret: the same users of another seed
    const job = this.takenBack(usersJob(facts, digestOf(usersAcl("", facts.instance))));
    const options = { ...this.own([...server, users, ...this.#args.after]), deleteBeforeReplace: false };
    const told = new kubernetes.batch.v1.Job(`${name}-users`, job, options);
    if (facts.monitored) this.#exporter(facts, told);
    const host = pulumi.interpolate`${name}.${this.#args.namespace}.svc`;
    const password = this.#password(facts, "default");
    const url = pulumi.interpolate`redis://:${password}@${host}:${port}`;
    const secret = this.#secret(name, { url, host, port: String(port), password }, [told]);
    return { secret: secret.metadata.name, revision: String(generation) };
  }

  #users(facts: RedisFacts): pulumi.Resource {
    const { instance } = facts;
    return this.#secret(usersSecret(instance.application), {
      "users.acl": pulumi.secret(this.#args.seed).apply((seed) => usersAcl(seed, instance)),
      password: this.#password(facts, "admin"),
      previous: this.#password(facts, "admin", 1),
    });
  }

  /** After the job that makes its user known. */
  #exporter(facts: RedisFacts, told: pulumi.Resource): void {
    const { application } = facts.instance;
    const name = exporterName(application);
    const needs = [
      told,
      this.#secret(name, { password: this.#password(facts, "monitor") }),
      new kubernetes.networking.v1.NetworkPolicy(name, this.takenBack(exporterPolicy(application)), this.own()),
    ];
    const options = this.own([...needs, ...this.#args.after]);
    new kubernetes.apps.v1.Deployment(name, this.takenBack(exporter(facts.instance)), options);
  }

  #server(facts: RedisFacts, after: readonly pulumi.Resource[]): pulumi.Resource[] {
    const { instance, monitored } = facts;
    const { application } = instance;
    const name = instanceName(application);
    const config = [
      this.#configMap(`${name}-config`, configFiles(facts)),
      new kubernetes.networking.v1.NetworkPolicy(
        name,
        this.takenBack(serverPolicy(application, monitored)),
        this.own(),
      ),
      new kubernetes.networking.v1.NetworkPolicy(`${name}-users`, this.takenBack(jobPolicy(application)), this.own()),
    ];
    const options = this.own([...after, ...config, ...this.#args.after]);
    const server = new kubernetes.apps.v1.StatefulSet(name, this.takenBack(statefulSet(facts)), options);
    return [server, new kubernetes.core.v1.Service(name, this.takenBack(service(application)), this.own([server]))];
  }

  /** The password in use, or the one `before` it; where there is none before it, the same. */
  #password({ instance }: RedisFacts, user: RedisUser, before = 0): pulumi.Output<string> {
    const generation = Math.max(instance.generation - before, 0);
    return pulumi
      .secret(this.#args.seed)
      .apply((seed) => passwordsOf(seed, user, { ...instance, generation, revoked: -1 })[0] ?? "");
  }

  #secret(name: string, stringData: Record<string, pulumi.Input<string>>, after: readonly pulumi.Resource[] = []) {
    return new kubernetes.core.v1.Secret(name, this.takenBack({ metadata: { name }, stringData }), this.own(after));
  }

  #configMap(name: string, files: Readonly<Record<string, string>>): pulumi.Resource {
    return new kubernetes.core.v1.ConfigMap(name, this.takenBack({ metadata: { name }, data: files }), this.own());
  }
}

export const build: Build<typeof application> = ({ name, settings, facts, namespace, secrets, after, options }) => {
  const { host, volume, instances } = settings;
  const place = dataVolume(facts, { host, volume });
  const users = facts.apps.filter(({ uses }) => uses.includes(name));
  const monitored = facts.apps.some((one) => one.name === "monitoring");
  return new Redis(
    name,
    {
      ...{ namespace, after, seed: secrets.seed, place },
      instances: users.map(({ name: application }) => {
        const { memoryMiB = 256, generation = 0, revoked = -1 } = instances[application] ?? {};
        return {
          ...place,
          image: versions.redis,
          memoryMiB,
          monitored,
          instance: { application, generation, revoked },
        };
      }),
    },
    options,
  );
};
