import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build } from "../../stacks/application.ts";
import { digestOf } from "../../stacks/digest.ts";
import type { Generations } from "../../stacks/passwords.ts";
import { ApplicationComponent } from "../component.ts";
import { hostsRunning } from "../hosts.ts";
import { leaveOneByOne } from "../manifests.ts";
import type { Talker } from "../policy.ts";
import { name as storeClaim } from "../recordings/names.ts";
import { policy } from "./access.ts";
import type { application } from "./app.ts";
import { keys } from "./environment.ts";
import { imagesOf } from "./images.ts";
import * as manifests from "./manifests.ts";
import { app, names, type Part, webPort } from "./names.ts";
import { pollingFor } from "./polling.ts";
import { hasPrevious, loadBalancerSecrets } from "./secret.ts";
import { spoolProgram } from "./spool.ts";

/** Where an application finds its store: a Secret with its url, and what changes with the password. */
interface Store {
  readonly secret: pulumi.Output<string>;
  readonly revision: string;
}

export interface ScaleliteArgs
  extends Pick<manifests.ScaleliteFacts, "host" | "images" | "polling" | "replicas" | "recordings"> {
  /** Name of the namespace. Changing it replaces everything in it. */
  readonly namespace: pulumi.Output<string>;
  /** Signs cookies of protected recordings. Pods read another one at their next start: none is rolled for it. */
  readonly secretKeyBase: pulumi.Output<string>;
  /** What clients sign with follows from it. Pods read another one at their next start: none is rolled for it. */
  readonly seed: pulumi.Output<string>;
  /** Which secrets of clients are taken. Changing them rolls the pods. */
  readonly generations: Generations;
  /** Its database. Another revision of the password rolls the pods. */
  readonly database: Store;
  /** Its Redis. Another revision of the password rolls the pods. */
  readonly redis: Store;
  /** Every application that runs: its NetworkPolicies follow, in place. With monitoring among them, recordings are watched. */
  readonly apps: readonly Talker[];
  /** Addresses of the hosts that run bbb. Its NetworkPolicies follow, in place. */
  readonly bbb: pulumi.Output<readonly string[]>;
  /** Made after these, and removed before them: the hosts its pods run on. Changing them changes no pod. */
  readonly after: readonly pulumi.Resource[];
}

/** Leads meetings to the BigBlueButton server with the least load, and keeps the recordings of all. */
export class Scalelite extends ApplicationComponent {
  static readonly type = "estate:apps:Scalelite";
  /** As pods reach it. */
  readonly url = `http://${names.nginx}:${webPort}`;
  /** As browsers reach it, and portals: addresses that they hand on to browsers begin with it. */
  readonly publicUrl: string;
  /** What its clients sign with (LOADBALANCER_SECRET). */
  readonly secret: pulumi.Output<string>;
  /** Seconds between two looks of its poller: so old can be what it says of a server. */
  readonly pollSeconds: number;
  readonly #args: ScaleliteArgs;

  constructor(name: string, args: ScaleliteArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Scalelite.type, name, args.namespace, opts);
    this.#args = args;
    this.publicUrl = `https://${args.host}`;
    this.secret = pulumi.secret(args.seed).apply((seed) => loadBalancerSecrets(seed, args.generations)[0]);
    this.pollSeconds = args.polling.interval;
    const facts = this.#facts();
    const closed = this.#policies();
    const migrated = this.#migration(facts, [this.#secrets(), ...closed]);
    this.#workload("poller", facts.apply(manifests.poller), [migrated]);
    const imported = this.#importer(facts, [migrated]);
    const api = this.#served("api", facts.apply(manifests.api), [migrated]);
    const files = this.#configMap("nginx", manifests.nginxFiles(args));
    // it looks for the API's address once, at its start, and the importer makes the folder that it serves
    this.#served("nginx", facts.apply(manifests.nginx), [api, files, ...imported]);
    this.#spool();
    this.registerOutputs({});
  }

  #facts(): pulumi.Output<manifests.ScaleliteFacts> {
    const { host, images, polling, replicas, recordings, database, redis, generations } = this.#args;
    // by what is known at plan time: another password is another revision
    const revision = digestOf([database.revision, redis.revision, generations]);
    return pulumi.all([database.secret, redis.secret]).apply(([database, redis]) => ({
      ...{ host, images, polling, replicas, recordings, revision },
      ...{ secrets: { own: app, database, redis }, previousSecret: hasPrevious(generations) },
    }));
  }

  #secrets(): pulumi.Resource {
    const { secretKeyBase, seed, generations } = this.#args;
    const previous = pulumi.secret(seed).apply((seed) => loadBalancerSecrets(seed, generations).slice(1).join(":"));
    const stringData: Record<string, pulumi.Input<string>> = {
      ...{ [keys.base]: pulumi.secret(secretKeyBase), [keys.loadBalancer]: this.secret },
      ...(hasPrevious(generations) ? { [keys.previous]: previous } : {}),
    };
    const metadata = { ...manifests.metadataOf("api"), name: app };
    return new kubernetes.core.v1.Secret(app, this.inNamespace({ metadata, stringData }), this.own());
  }

  #policies(): pulumi.Resource[] {
    const { apps, bbb } = this.#args;
    const absent = [...(this.#args.recordings ? [] : ["importer"]), ...(this.#watched ? [] : ["spool"])];
    const parts = (Object.keys(names) as Part[]).filter((part) => !absent.includes(part));
    return parts.map((part) => {
      const manifest = {
        metadata: manifests.metadataOf(part),
        spec: bbb.apply((bbb) => policy(part, { apps, bbb }).spec),
      };
      return new kubernetes.networking.v1.NetworkPolicy(names[part], this.inNamespace(manifest), this.own());
    });
  }

  /** Before any pod of the release starts. Another release is another Job, which is made before the one of the old release goes. */
  #migration(facts: pulumi.Output<manifests.ScaleliteFacts>, before: readonly pulumi.Resource[]): pulumi.Resource {
    const options = { ...this.own([...before, ...this.#args.after]), deleteBeforeReplace: false };
    return new kubernetes.batch.v1.Job(
      names.migration,
      this.laterInNamespace(facts.apply(manifests.migration)),
      options,
    );
  }

  #importer(facts: pulumi.Output<manifests.ScaleliteFacts>, before: readonly pulumi.Resource[]): pulumi.Resource[] {
    const { recordings } = this.#args;
    if (!recordings) return [];
    const files = this.#configMap("importer", manifests.scripts);
    const manifest = facts.apply((known) => manifests.importer({ ...known, recordings }));
    return [this.#workload("importer", manifest, [...before, files])];
  }

  /** What tells Prometheus of the store. */
  #spool(): void {
    const recordings = this.#watched;
    if (!recordings) return;
    const program = spoolProgram();
    // its name is that of what is in it, and the pod of the old one needs the old one: so the new one comes first
    const files = new kubernetes.core.v1.ConfigMap(`${names.spool}-program`, this.inNamespace(program), {
      parent: this,
    });
    const manifest = this.inNamespace(manifests.spool(recordings, program.metadata.name));
    new kubernetes.apps.v1.Deployment(names.spool, manifest, this.own([files, ...this.#args.after]));
  }

  /** The store, where there is one that something watches. */
  get #watched(): ScaleliteArgs["recordings"] {
    return this.#args.apps.some(({ name }) => name === "monitoring") ? this.#args.recordings : undefined;
  }

  /** A workload of several pods that others reach: its Service. */
  #served(
    part: "api" | "nginx",
    manifest: pulumi.Output<Workload>,
    before: readonly pulumi.Resource[],
  ): pulumi.Resource {
    const pods = this.#workload(part, manifest, before);
    if (leaveOneByOne(this.#args.replicas, this.#args.after.length)) {
      const budget = this.inNamespace(manifests.disruptionBudget(part));
      new kubernetes.policy.v1.PodDisruptionBudget(names[part], budget, this.own());
    }
    return new kubernetes.core.v1.Service(names[part], this.inNamespace(manifests.service(part)), this.own([pods]));
  }

  #workload(part: Part, manifest: pulumi.Output<Workload>, before: readonly pulumi.Resource[]): pulumi.Resource {
    const options = this.own([...before, ...this.#args.after]);
    return new kubernetes.apps.v1.Deployment(names[part], this.laterInNamespace(manifest), options);
  }

  #configMap(part: Part, data: Readonly<Record<string, string>>): pulumi.Resource {
    const manifest = this.inNamespace({ metadata: manifests.metadataOf(part), data });
    return new kubernetes.core.v1.ConfigMap(names[part], manifest, this.own());
  }
}

type Workload = ReturnType<typeof manifests.api>;

/** What of the stores is needed here. */
interface Used extends Readonly<Record<string, pulumi.ComponentResource>> {
  readonly postgres: pulumi.ComponentResource & { readonly databases: Readonly<Record<string, Store>> };
  readonly redis: pulumi.ComponentResource & { readonly instances: Readonly<Record<string, Store>> };
}

export const build: Build<typeof application, Used> = ({ name, settings, secrets, used, facts, ...context }) => {
  const { addresses, namespace, after, options } = context;
  const { host, replicas, graceSeconds, secret: generations } = settings;
  const recordings = settings.recordings && { claim: settings.recordings.claim ?? storeClaim };
  const [database, redis] = [used.postgres.databases[name], used.redis.instances[name]];
  if (!database || !redis)
    throw new pulumi.RunError(`${name} has no database, or no Redis: it must be among those that use them`);
  const hosts = hostsRunning(facts, "bbb");
  // behind floating IPs either address may be the one that a name leads to
  const known = hosts
    .flatMap((host) => addresses[host.name] ?? [])
    .flatMap(({ fixed, announced }) => [fixed, announced]);
  return new Scalelite(
    name,
    {
      ...{ ...secrets, host, replicas, recordings, generations, namespace, after, database, redis, apps: facts.apps },
      ...{ images: imagesOf(settings.images), polling: pollingFor(hosts.length, graceSeconds) },
      bbb: pulumi.all(known).apply((all) => [...new Set(all)].sort()),
    },
    options,
  );
};
