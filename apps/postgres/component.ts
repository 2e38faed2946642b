import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build } from "../../stacks/application.ts";
import { dataVolume } from "../../stacks/dataVolume.ts";
import { digestOf } from "../../stacks/digest.ts";
import { localVolume } from "../../stacks/localVolume.ts";
import { passwordOf } from "../../stacks/passwords.ts";
import { versions } from "../../stacks/versions.ts";
import { ApplicationComponent } from "../component.ts";
import { exporterPolicy, jobPolicy, serverPolicy } from "./access.ts";
import type { application } from "./app.ts";
import { type DatabaseFacts, loginOf } from "./databases.ts";
import { exporter } from "./exporter.ts";
import type { PostgresFacts } from "./facts.ts";
import { backupCronJob, restoreCronJob, rolesJob } from "./jobs.ts";
import { names, port, secretOf } from "./names.ts";
import { rolesPlan } from "./plan.ts";
import { configFiles, scripts, service, statefulSet } from "./server.ts";

export interface PostgresArgs extends PostgresFacts {
  /** Name of the namespace. Changing it replaces everything in it; the volumes keep the data. */
  readonly namespace: pulumi.Input<string>;
  /**
   * Every password follows from it, so that another one is another password of all, at once: the server, which has those before, would
   * refuse them. Fixed for the life of the databases; `generation` changes passwords.
   */
  readonly seed: pulumi.Input<string>;
  /** Counted up by one, it changes the passwords of the superuser and of backups, in place: a job tells the server. */
  readonly superuserGeneration: number;
  /** Made after these, and removed before them: the hosts its pods run on. Changing them changes no pod. */
  readonly after: readonly pulumi.Resource[];
}

/** What an application needs to know of its database. */
export interface Database {
  /** The Secret with url, host, port, database, username and password. It is there when the password works. */
  readonly secret: pulumi.Output<string>;
  /** Another one when the password is another: for an annotation of the pods, which do not see it otherwise. */
  readonly revision: string;
}

/** The database server, a database for each application that uses it, and backups. */
export class Postgres extends ApplicationComponent {
  static readonly type = "estate:apps:Postgres";
  /** By application. */
  readonly databases: Readonly<Record<string, Database>>;
  readonly #args: PostgresArgs;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Postgres.type, name, args.namespace, opts);
    this.#args = args;
    const passwords = this.#passwords();
    const claims = this.#volumes();
    const server = this.#server([...claims, ...passwords]);
    const roles = this.#roles([...server, ...passwords]);
    this.#backups([...claims, roles]);
    if (args.monitored) this.#exporter(roles);
    this.databases = Object.fromEntries(
      args.databases.map((database) => [database.application, this.#database(database, roles)]),
    );
    this.registerOutputs({});
  }

  #volumes(): pulumi.Resource[] {
    const places = { [names.data]: this.#args.data, [names.backups]: this.#args.backups };
    return Object.entries(places).map(([name, place]) => {
      const { volume, claim } = localVolume({ name, ...place });
      const made = new kubernetes.core.v1.PersistentVolume(name, volume, this.own());
      return new kubernetes.core.v1.PersistentVolumeClaim(name, this.takenBack(claim), this.own([made]));
    });
  }

  #passwords(): pulumi.Resource[] {
    const { superuserGeneration: generation } = this.#args;
    const superuser = (one: number) => this.#password("superuser", one);
    return [
      this.#secret(names.superuser, {
        password: superuser(generation),
        previous: superuser(Math.max(generation - 1, 0)),
      }),
      this.#secret(names.backup, { password: this.#password("backup", generation) }),
    ];
  }

  #server(after: readonly pulumi.Resource[]): pulumi.Resource[] {
    const config = [
      this.#configMap(names.config, configFiles(this.#args)),
      this.#configMap(names.scripts, scripts),
      new kubernetes.networking.v1.NetworkPolicy(names.server, this.takenBack(serverPolicy(this.#args)), this.own()),
      new kubernetes.networking.v1.NetworkPolicy(`${names.server}-jobs`, this.takenBack(jobPolicy()), this.own()),
    ];
    const options = this.own([...after, ...config, ...this.#args.after]);
    const server = new kubernetes.apps.v1.StatefulSet(names.server, this.takenBack(statefulSet(this.#args)), options);
    return [server, new kubernetes.core.v1.Service(names.server, this.takenBack(service()), this.own([server]))];
  }

  #roles(after: readonly pulumi.Resource[]): pulumi.Resource {
    const { databases, superuserGeneration, monitored } = this.#args;
    const plan = (seed: string, password: (what: string) => string) =>
      rolesPlan({
        ...{ seed, databases, superuserPassword: password("superuser"), backupPassword: password("backup") },
        ...(monitored ? { monitorPassword: password("monitor") } : {}),
      });
    const secret = this.#secret(names.roles, {
      "roles.sql": pulumi
        .secret(this.#args.seed)
        .apply((seed) => plan(seed, (what) => passwordOf(seed, what, superuserGeneration))),
    });
    // known at plan time, and no secret: the same plan of another seed
    const digest = digestOf(plan("", (what) => `${what}/${superuserGeneration}`));
    const options = { ...this.own([...after, secret, ...this.#args.after]), deleteBeforeReplace: false };
    return new kubernetes.batch.v1.Job(names.roles, this.takenBack(rolesJob(this.#args, digest)), options);
  }

  #backups(after: readonly pulumi.Resource[]): void {
    new kubernetes.batch.v1.CronJob(
      names.backup,
      this.takenBack(backupCronJob(this.#args)),
      this.own([...after, ...this.#args.after]),
    );
    new kubernetes.batch.v1.CronJob(
      names.restore,
      this.takenBack(restoreCronJob(this.#args)),
      this.own([...after, ...this.#args.after]),
    );
  }

  /** After the job that makes its role known. */
  #exporter(roles: pulumi.Resource): void {
    const { superuserGeneration: generation, after } = this.#args;
    const needs = [
      roles,
      this.#secret(names.exporter, { password: this.#password("monitor", generation) }),
      new kubernetes.networking.v1.NetworkPolicy(names.exporter, this.takenBack(exporterPolicy()), this.own()),
    ];
    const options = this.own([...needs, ...after]);
    new kubernetes.apps.v1.Deployment(names.exporter, this.takenBack(exporter({ generation })), options);
  }

  #database(database: DatabaseFacts, roles: pulumi.Resource): Database {
    const login = pulumi.secret(this.#args.seed).apply((seed) => loginOf(seed, database));
    const host = pulumi.interpolate`${names.server}.${this.#args.namespace}.svc`;
    const secret = this.#secret(
      secretOf(database.application),
      {
        ...{ host, port: String(port), database: login.database, username: login.role, password: login.password },
        url: pulumi.interpolate`postgresql://${login.role}:${login.password}@${host}:${port}/${login.database}`,
      },
      [roles],
    );
    return { secret: secret.metadata.name, revision: String(database.generation) };
  }

  #password(what: string, generation: number): pulumi.Output<string> {
    return pulumi.secret(this.#args.seed).apply((seed) => passwordOf(seed, what, generation));
  }

  #secret(name: string, stringData: Record<string, pulumi.Input<string>>, after: readonly pulumi.Resource[] = []) {
    return new kubernetes.core.v1.Secret(name, this.takenBack({ metadata: { name }, stringData }), this.own(after));
  }

  #configMap(name: string, data: Readonly<Record<string, string>>): pulumi.Resource {
    return new kubernetes.core.v1.ConfigMap(name, this.takenBack({ metadata: { name }, data }), this.own());
  }
}

export const build: Build<typeof application> = ({ name, settings, facts, namespace, secrets, after, options }) => {
  const { host, volume, backup, databases, superuser, memoryMiB, maxConnections } = settings;
  const { schedule, keepHours, keepDays } = backup;
  return new Postgres(
    name,
    {
      ...{ namespace, after, seed: secrets.seed, image: versions.postgres, memoryMiB, maxConnections },
      data: dataVolume(facts, { host, volume }),
      backups: dataVolume(facts, { host: backup.host ?? host, volume: backup.volume }),
      ...{ schedule, keepHours, keepDays, superuserGeneration: superuser.generation },
      databases: facts.apps
        .filter(({ uses }) => uses.includes(name))
        .map((one) => ({ application: one.name, generation: 0, revoked: -1, ...databases[one.name] })),
      monitored: facts.apps.some((one) => one.name === "monitoring"),
    },
    options,
  );
};
