import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build, Context } from "../../stacks/application.ts";
import { dataVolume } from "../../stacks/dataVolume.ts";
import { localVolume } from "../../stacks/localVolume.ts";
import { policy } from "./access.ts";
import { alertmanager, alertmanagerFiles } from "./alertmanagerPod.ts";
import type { application } from "./app.ts";
import { type MonitoringFacts, monitoringFacts, type Place } from "./facts.ts";
import { data, names, type Part } from "./names.ts";
import { metadataFor, service } from "./pods.ts";
import { prometheus, prometheusFiles, targetsName } from "./prometheus.ts";
import { readName, readService } from "./reading.ts";
import { targetsFile } from "./targets.ts";

type MonitoringContext = Context<typeof application>;

/** Watches the estate. */
export class Monitoring extends pulumi.ComponentResource {
  static readonly type = "estate:apps:Monitoring";
  readonly #context: MonitoringContext;
  readonly #facts: MonitoringFacts;
  readonly #place: Place;

  constructor(context: MonitoringContext) {
    super(Monitoring.type, context.name, {}, context.options);
    this.#context = context;
    this.#facts = monitoringFacts(context.facts, context.settings);
    this.#place = dataVolume(context.facts, context.settings);
    const kept = this.#volume();
    this.#alertmanager(kept);
    this.#prometheus(kept);
    this.registerOutputs({});
  }

  #volume(): pulumi.Resource {
    const { volume, claim } = localVolume({ name: data, ...this.#place });
    const made = new kubernetes.core.v1.PersistentVolume(data, volume, this.#options());
    return new kubernetes.core.v1.PersistentVolumeClaim(data, this.#in(claim), this.#options([made]));
  }

  #alertmanager(kept: pulumi.Resource): void {
    const { notify } = this.#context.settings;
    const needs = [kept, this.#policy("alertmanager"), this.#files("alertmanager", alertmanagerFiles(notify))];
    this.#statefulSet("alertmanager", alertmanager({ data: this.#place, notify }), needs);
  }

  #prometheus(kept: pulumi.Resource): void {
    const files = this.#files("prometheus", prometheusFiles(this.#facts));
    const needs = [kept, files, this.#targets(), this.#policy("prometheus"), ...this.#found()];
    const { memoryMiB, keepDays } = this.#context.settings;
    this.#statefulSet("prometheus", prometheus(this.#facts, { data: this.#place, memoryMiB, keepDays }), needs);
  }

  /** ConfigMap: where hosts are. Addresses are those of ports, which outlive servers. */
  #targets(): pulumi.Resource {
    const known = pulumi.all(
      Object.fromEntries(Object.entries(this.#context.addresses).map(([host, { fixed }]) => [host, fixed])),
    );
    const files = known.apply((addresses) =>
      Object.fromEntries(
        this.#facts.prometheus.hostJobs.map((job) => [`${job.name}.json`, targetsFile(job, addresses)]),
      ),
    );
    const metadata = { ...metadataFor("prometheus"), name: targetsName };
    return new kubernetes.core.v1.ConfigMap(targetsName, this.#in({ metadata, data: files }), this.#options());
  }

  /** Services by which it finds pods. */
  #found(): pulumi.Resource[] {
    return this.#facts.prometheus.podJobs.map(
      (job) => new kubernetes.core.v1.Service(readName(job), this.#in(readService(job)), this.#options()),
    );
  }

  #policy(part: Part): pulumi.Resource {
    const { facts, settings } = this.#context;
    const hosts = Object.values(facts.sites).map(({ cidr }) => cidr);
    const notified = [settings.notify.webhook, settings.notify.mail].flatMap((way) => way ?? []);
    const { hostJobs } = this.#facts.prometheus;
    const manifest = this.#in(policy(part, { apps: facts.apps, hosts, hostJobs, notified }));
    return new kubernetes.networking.v1.NetworkPolicy(names[part], manifest, this.#options());
  }

  #files(part: Part, files: Readonly<Record<string, string>>): pulumi.Resource {
    const manifest = this.#in({ metadata: metadataFor(part), data: files });
    return new kubernetes.core.v1.ConfigMap(names[part], manifest, this.#options());
  }

  #statefulSet(part: Part, manifest: ReturnType<typeof prometheus>, needs: readonly pulumi.Resource[]): void {
    const options = this.#options([...needs, ...this.#context.after]);
    const pods = new kubernetes.apps.v1.StatefulSet(names[part], this.#in(manifest), options);
    new kubernetes.core.v1.Service(names[part], this.#in(service(part)), this.#options([pods]));
  }

  /** Names are fixed because other objects use them. */
  #options(dependsOn: readonly pulumi.Resource[] = []) {
    return { parent: this, deleteBeforeReplace: true, dependsOn: [...dependsOn] };
  }

  #in<Manifest extends { readonly metadata: object }>(manifest: Manifest) {
    return { ...manifest, metadata: { ...manifest.metadata, namespace: this.#context.namespace } };
  }
}

export const build: Build<typeof application> = (context) => new Monitoring(context);
