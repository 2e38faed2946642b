import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build } from "../../stacks/application.ts";
import { ApplicationComponent } from "../component.ts";
import { leaveOneByOne } from "../manifests.ts";
import { policy, type Reached } from "./access.ts";
import type { application } from "./app.ts";
import { keys } from "./environment.ts";
import { imageOf } from "./image.ts";
import * as manifests from "./manifests.ts";
import { app, names, type Part } from "./names.ts";
import { rangesOf, serversOf } from "./outside.ts";
import { revisionOf } from "./revision.ts";

/** Where an application finds its store: a Secret with its url, and what changes with the password. */
interface Store {
  readonly secret: pulumi.Output<string>;
  readonly revision: string;
}

export interface GreenlightArgs extends Omit<manifests.GreenlightFacts, "revision" | "secrets"> {
  /** Name of the namespace. Changing it replaces everything in it. */
  readonly namespace: pulumi.Output<string>;
  /** Signs sessions. Another one rolls the pods, and signs everybody out. */
  readonly secretKeyBase: pulumi.Output<string>;
  /** What else its own Secret holds, by key: what Scalelite's clients sign with, and what the settings need. Others roll the pods. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  /** Its database. Another revision of the password rolls the pods. */
  readonly database: Store;
  /** Its Redis. Another revision of the password rolls the pods. */
  readonly redis: Store;
  /** Whom its pods reach, and who reaches them. Changed in place, in its NetworkPolicies. */
  readonly reached: Reached;
  /** Made after these, and removed before them: the hosts its pods run on. Changing them changes no pod. */
  readonly after: readonly pulumi.Resource[];
}

/** The portal: people have rooms in it, start meetings and find their recordings. */
export class Greenlight extends ApplicationComponent {
  static readonly type = "estate:apps:Greenlight";
  readonly #args: GreenlightArgs;

  constructor(name: string, args: GreenlightArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Greenlight.type, name, args.namespace, opts);
    this.#args = args;
    const facts = this.#facts();
    const migrated = this.#migration(facts, [this.#secrets(), ...this.#policies()]);
    const pods = this.#portal(facts, migrated);
    if (leaveOneByOne(args.replicas, args.after.length))
      new kubernetes.policy.v1.PodDisruptionBudget(
        names.portal,
        this.inNamespace(manifests.disruptionBudget()),
        this.own(),
      );
    new kubernetes.core.v1.Service(names.portal, this.inNamespace(manifests.service()), this.own([pods]));
    this.registerOutputs({});
  }

  #facts(): pulumi.Output<manifests.GreenlightFacts> {
    const { host, language, meetings, image, replicas, oidc, smtp, files, database, redis } = this.#args;
    return pulumi.all([database.secret, redis.secret, this.#revision()]).apply(([database, redis, revision]) => ({
      ...{ host, language, meetings, image, replicas, oidc, smtp, files, revision },
      secrets: { own: app, database, redis },
    }));
  }

  /** Pods are rolled when a secret changes. The hash is in clear, or all of a pod would count as secret. */
  #revision(): pulumi.Output<string> {
    const { secretKeyBase, secrets, database, redis } = this.#args;
    const stores = [database.revision, redis.revision];
    const revision = pulumi
      .all([secretKeyBase, pulumi.all(secrets)])
      .apply(([key, secrets]) => revisionOf(key, { secrets, stores }));
    return pulumi.unsecret(revision);
  }

  #secrets(): pulumi.Resource {
    const { secretKeyBase, secrets } = this.#args;
    const stringData = Object.fromEntries(
      Object.entries({ ...secrets, [keys.base]: secretKeyBase }).map(([key, value]) => [key, pulumi.secret(value)]),
    );
    const metadata = manifests.metadataOf("portal");
    return new kubernetes.core.v1.Secret(app, this.inNamespace({ metadata, stringData }), this.own());
  }

  #policies(): pulumi.Resource[] {
    return (Object.keys(names) as Part[]).map((part) => {
      const manifest = this.inNamespace(policy(part, this.#args.reached));
      return new kubernetes.networking.v1.NetworkPolicy(names[part], manifest, this.own());
    });
  }

  /** Before any pod of the release starts. Another release is another Job, which is made before the one of the old release goes. */
  #migration(facts: pulumi.Output<manifests.GreenlightFacts>, before: readonly pulumi.Resource[]): pulumi.Resource {
    const options = { ...this.own([...before, ...this.#args.after]), deleteBeforeReplace: false };
    return new kubernetes.batch.v1.Job(
      names.migration,
      this.laterInNamespace(facts.apply(manifests.migration)),
      options,
    );
  }

  #portal(facts: pulumi.Output<manifests.GreenlightFacts>, migrated: pulumi.Resource): pulumi.Resource {
    const options = this.own([migrated, ...this.#args.after]);
    return new kubernetes.apps.v1.Deployment(
      names.portal,
      this.laterInNamespace(facts.apply(manifests.portal)),
      options,
    );
  }
}

/** What of the applications that it uses is needed here. */
interface Used extends Readonly<Record<string, pulumi.ComponentResource>> {
  readonly postgres: pulumi.ComponentResource & { readonly databases: Readonly<Record<string, Store>> };
  readonly redis: pulumi.ComponentResource & { readonly instances: Readonly<Record<string, Store>> };
  readonly scalelite: pulumi.ComponentResource & {
    readonly publicUrl: string;
    readonly secret: pulumi.Output<string>;
  };
}

export const build: Build<typeof application, Used> = ({ name, settings, secrets, used, facts, ...context }) => {
  const { namespace, after, options } = context;
  const { host, replicas, language, oidc, smtp, files } = settings;
  const { secretKeyBase, ...others } = secrets;
  const [database, redis] = [used.postgres.databases[name], used.redis.instances[name]];
  if (!database || !redis)
    throw new pulumi.RunError(`${name} has no database, or no Redis: it must be among those that use them`);
  const ports = serversOf(settings).map(({ port }) => port);
  const { publicUrl: meetings, secret } = used.scalelite;
  return new Greenlight(
    name,
    {
      ...{ host, replicas, language, oidc, smtp, files, meetings, namespace, after, database, redis },
      image: imageOf(settings.image),
      ...{ secretKeyBase, secrets: { ...others, [keys.meetings]: secret } },
      reached: {
        apps: facts.apps,
        outside: rangesOf(
          ports.filter((port) => port !== 443),
          facts.network.downloads,
        ),
      },
    },
    options,
  );
};
