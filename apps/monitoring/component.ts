import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build, Context } from "../../stacks/application.ts";
import { dataVolume } from "../../stacks/dataVolume.ts";
import { localVolume } from "../../stacks/localVolume.ts";
import { ApplicationComponent } from "../component.ts";
import type { Consul } from "../consul/component.ts";
import { hostsRunning } from "../hosts.ts";
import { policy, stateBinding, stateRole } from "./access.ts";
import { alertmanager, alertmanagerFiles } from "./alertmanagerPod.ts";
import { type application, grafanaHost } from "./app.ts";
import { dashboardFiles } from "./dashboards/all.ts";
import { backupFolder, type MonitoringFacts, monitoringFacts, type Place } from "./facts.ts";
import { dashboardsName, grafana, grafanaFiles, loginName } from "./grafana.ts";
import { hostsDaemonSet } from "./hosts.ts";
import { imageOf } from "./image.ts";
import { kubeState } from "./kubeState.ts";
import { data, names, type Part, type Served } from "./names.ts";
import { metadataFor, service } from "./pods.ts";
import { processesDaemonSet } from "./processExporter.ts";
import { processFiles } from "./processes.ts";
import { consulTokenName, prometheus, prometheusFiles, targetsName } from "./prometheus.ts";
import { readName, readService } from "./reading.ts";
import { targetsFile } from "./targets.ts";

type MonitoringContext = Context<typeof application>;

/** Watches the estate. */
export class Monitoring extends ApplicationComponent {
  static readonly type = "estate:apps:Monitoring";
  readonly #context: MonitoringContext;
  readonly #facts: MonitoringFacts;
  readonly #place: Place;

  constructor(context: MonitoringContext) {
    super(Monitoring.type, context.name, context.namespace, context.options);
    this.#context = context;
    this.#facts = monitoringFacts(context.facts, context.settings);
    this.#place = dataVolume(context.facts, context.settings);
    const kept = this.#volume();
    this.#alertmanager(kept);
    this.#prometheus(kept);
    this.#kubeState();
    this.#hosts();
    this.#processes();
    this.#grafana();
    this.registerOutputs({});
  }

  #volume(): pulumi.Resource {
    const { volume, claim } = localVolume({ name: data, ...this.#place });
    const made = new kubernetes.core.v1.PersistentVolume(data, volume, this.own());
    return new kubernetes.core.v1.PersistentVolumeClaim(data, this.inNamespace(claim), this.own([made]));
  }

  #alertmanager(kept: pulumi.Resource): void {
    const { notify } = this.#context.settings;
    const needs = [kept, this.#policy("alertmanager"), this.#files("alertmanager", alertmanagerFiles(notify))];
    this.#statefulSet("alertmanager", alertmanager({ data: this.#place, notify }), needs);
  }

  #prometheus(kept: pulumi.Resource): void {
    const files = this.#files("prometheus", prometheusFiles(this.#facts));
    const needs = [kept, files, this.#targets(), ...this.#token(), this.#policy("prometheus"), ...this.#found()];
    const { memoryMiB, keepDays } = this.#context.settings;
    this.#statefulSet("prometheus", prometheus(this.#facts, { data: this.#place, memoryMiB, keepDays }), needs);
  }

  #kubeState(): void {
    const { ClusterRole, ClusterRoleBinding } = kubernetes.rbac.v1;
    const name = names["kube-state"];
    const subjects = [{ kind: "ServiceAccount", name, namespace: this.#context.namespace }];
    const account = this.inNamespace({ metadata: metadataFor("kube-state") });
    const needs = [
      this.#policy("kube-state"),
      new kubernetes.core.v1.ServiceAccount(name, account, this.own()),
      new ClusterRole(name, stateRole(), this.own()),
      new ClusterRoleBinding(name, { ...stateBinding(), subjects }, this.own()),
    ];
    const options = this.own([...needs, ...this.#context.after]);
    new kubernetes.apps.v1.Deployment(name, this.inNamespace(kubeState()), options);
  }

  #hosts(): void {
    const manifest = this.inNamespace(hostsDaemonSet({ textfiles: backupFolder(this.#context.facts) }));
    new kubernetes.apps.v1.DaemonSet(names.hosts, manifest, this.own([...this.#context.after]));
  }

  #processes(): void {
    const { settings, after } = this.#context;
    if (!settings.processExporter) return;
    const manifest = this.inNamespace(processesDaemonSet({ image: imageOf(settings.processExporter.image) }));
    const options = this.own([this.#files("processes", processFiles()), ...after]);
    new kubernetes.apps.v1.DaemonSet(names.processes, manifest, options);
  }

  #grafana(): void {
    const { settings, facts, secrets, after } = this.#context;
    if (!settings.grafana) return;
    const name = names.grafana;
    const host = grafanaHost(settings.grafana, facts);
    const metadata = metadataFor("grafana");
    const shown = { metadata: { ...metadata, name: dashboardsName }, data: dashboardFiles(this.#facts.rules.jobs) };
    const login = {
      metadata: { ...metadata, name: loginName },
      stringData: { password: pulumi.secret(secrets.grafanaPassword) },
    };
    const needs = [
      ...[this.#policy("grafana"), this.#files("grafana", grafanaFiles({ host }))],
      new kubernetes.core.v1.ConfigMap(dashboardsName, this.inNamespace(shown), this.own()),
      new kubernetes.core.v1.Secret(loginName, this.inNamespace(login), this.own()),
    ];
    const options = this.own([...needs, ...after]);
    const pods = new kubernetes.apps.v1.Deployment(name, this.inNamespace(grafana({ host })), options);
    new kubernetes.core.v1.Service(name, this.inNamespace(service("grafana")), this.own([pods]));
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
    return new kubernetes.core.v1.ConfigMap(targetsName, this.inNamespace({ metadata, data: files }), this.own());
  }

  /** Secret: what Consul is asked with, where it runs. Prometheus reads a changed one with each request. */
  #token(): pulumi.Resource[] {
    const consul = this.#context.used.consul as Consul | undefined;
    if (!consul) return [];
    const metadata = { ...metadataFor("prometheus"), name: consulTokenName };
    const secret = { metadata, stringData: { token: consul.tokenFor("monitoring") } };
    return [new kubernetes.core.v1.Secret(consulTokenName, this.inNamespace(secret), this.own())];
  }

  /** Services by which it finds pods. */
  #found(): pulumi.Resource[] {
    return this.#facts.prometheus.podJobs.map(
      (job) => new kubernetes.core.v1.Service(readName(job), this.inNamespace(readService(job)), this.own()),
    );
  }

  #policy(part: Served): pulumi.Resource {
    const { facts, settings, addresses } = this.#context;
    const servers = hostsRunning(facts, "orchestrator");
    const hosts = Object.values(facts.sites).map(({ cidr }) => cidr);
    const notified = [settings.notify.webhook, settings.notify.mail].flatMap((way) => way ?? []);
    const { hostJobs } = this.#facts.prometheus;
    const spec = pulumi.all(servers.flatMap(({ name }) => addresses[name]?.fixed ?? [])).apply((orchestrators) => {
      const reached = { apps: facts.apps, hosts, orchestrators: [...orchestrators].sort(), hostJobs, notified };
      return policy(part, reached).spec;
    });
    const manifest = { ...this.inNamespace({ metadata: metadataFor(part) }), spec };
    return new kubernetes.networking.v1.NetworkPolicy(names[part], manifest, this.own());
  }

  #files(part: Part, files: Readonly<Record<string, string>>): pulumi.Resource {
    const manifest = this.inNamespace({ metadata: metadataFor(part), data: files });
    return new kubernetes.core.v1.ConfigMap(names[part], manifest, this.own());
  }

  #statefulSet(part: Served, manifest: ReturnType<typeof prometheus>, needs: readonly pulumi.Resource[]): void {
    const options = this.own([...needs, ...this.#context.after]);
    const pods = new kubernetes.apps.v1.StatefulSet(names[part], this.inNamespace(manifest), options);
    new kubernetes.core.v1.Service(names[part], this.inNamespace(service(part)), this.own([pods]));
  }
}

export const build: Build<typeof application> = (context) => new Monitoring(context);
