import assert from "node:assert/strict";
import { stringify } from "yaml";
import { alertmanager, alertmanagerFiles } from "../../../apps/monitoring/alertmanagerPod.ts";
import { monitoringFacts } from "../../../apps/monitoring/facts.ts";
import { hostsDaemonSet } from "../../../apps/monitoring/hosts.ts";
import { data, names, type Served } from "../../../apps/monitoring/names.ts";
import { service } from "../../../apps/monitoring/pods.ts";
import { processesDaemonSet } from "../../../apps/monitoring/processExporter.ts";
import { processFiles } from "../../../apps/monitoring/processes.ts";
import { prometheus, prometheusFiles, targetsName } from "../../../apps/monitoring/prometheus.ts";
import { readService } from "../../../apps/monitoring/reading.ts";
import { targetsFile } from "../../../apps/monitoring/targets.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { localVolume } from "../../../stacks/localVolume.ts";
import { processExporterImage as image } from "../../unit/apps/documents.ts";
import { estate } from "../../unit/stacks/fixtures.ts";
import { type Cluster, until } from "./cluster.ts";

const namespace = "estate";
const host = { name: "a1", taints: ["dedicated=bbb:NoSchedule"] };
const place = { host, volume: { path: `/var/lib/${data}`, sizeGiB: 1 } };
const of = (apiVersion: string, kind: string, manifest: object) => ({ apiVersion, kind, ...manifest });
const files = (name: string, all: object) => of("v1", "ConfigMap", { metadata: { name }, data: all });

/** What every host has, and where. */
const exporters = { "node-exporter": 9100, "process-exporter": 9256 };

interface Target {
  readonly health: string;
  readonly labels: { readonly job: string; readonly instance: string };
}

/** What watches the estate, by the estate's own manifests. */
export async function monitoringRuns(cluster: Cluster): Promise<void> {
  await cluster.agent.sh(`mkdir -p ${place.volume.path}/lost+found`);
  const objects = [
    of("v1", "Namespace", { metadata: { name: namespace } }),
    ...monitoring(),
    followed(cluster, ["a1"]),
  ];
  await apply(cluster, objects);
  const workloads = [
    `statefulset/${names.prometheus}`,
    `statefulset/${names.alertmanager}`,
    `daemonset/${names.hosts}`,
    `daemonset/${names.processes}`,
  ];
  for (const one of workloads)
    await cluster
      .kubectl(["rollout", "status", one, "-n", namespace, "--timeout=120s"])
      .catch(async () =>
        assert.fail(`${one}: ${await cluster.kubectl(["get", "pods", "-n", namespace, "-o", "yaml"])}`),
      );
  await reads(cluster, ["a1"]);
  await apply(cluster, [followed(cluster, ["a1", "s1"])]);
  await reads(cluster, ["a1", "s1"]);
  const query = encodeURIComponent('namedprocess_namegroup_num_procs{groupname="monitoring"} > 0');
  const { result } = (await ask(cluster, `query?query=${query}`)) as { result: { metric: { instance: string } }[] };
  assert.deepEqual(result.map(({ metric }) => metric.instance).sort(), ["a1", "s1"]);
  const { groups } = (await ask(cluster, "rules")) as { groups: { rules: { health: string }[] }[] };
  const healths = groups.flatMap(({ rules }) => rules.map(({ health }) => health));
  assert.ok(healths.length > 10 && !healths.includes("err"), `rules: ${healths}`);
  const { activeAlertmanagers } = (await ask(cluster, "alertmanagers")) as { activeAlertmanagers: object[] };
  assert.equal(activeAlertmanagers.length, 1);
  await cluster.kubectl(["delete", "namespace", namespace, "--timeout=120s"]);
  await cluster.kubectl(["delete", "pv", "--all", "--timeout=60s"]);
}

// biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
function withMonitoring(document: any): void {
  document.roles.worker.volumes = { monitoring: { sizeGiB: 1, path: place.volume.path } };
  document.apps = { monitoring: { host: "worker-01", processExporter: { image } } };
}

/** Everything but the hosts that it reads. */
function monitoring(): object[] {
  const facts = monitoringFacts(deriveFacts(estate(withMonitoring)), { scrapeSeconds: 10, leastBbb: "3.0.35" });
  const { volume, claim } = localVolume({ name: data, ...place });
  const served = (["prometheus", "alertmanager"] as const satisfies Served[]).map((part) =>
    of("v1", "Service", service(part)),
  );
  return [
    ...[of("v1", "PersistentVolume", volume), of("v1", "PersistentVolumeClaim", claim), ...served],
    files(names.prometheus, prometheusFiles(facts)),
    files(names.alertmanager, alertmanagerFiles({})),
    of("apps/v1", "StatefulSet", prometheus(facts, { data: place, memoryMiB: 256, keepDays: 1 })),
    of("apps/v1", "StatefulSet", alertmanager({ data: place, notify: {} })),
    of("apps/v1", "DaemonSet", hostsDaemonSet({})),
    files(names.processes, processFiles()),
    of("apps/v1", "DaemonSet", processesDaemonSet({ image })),
    ...facts.prometheus.podJobs.map((job) => of("v1", "Service", readService(job))),
  ];
}

/** The files of targets, with these hosts: Prometheus follows them. */
function followed({ servers: [first], agent }: Cluster, hosts: readonly string[]): object {
  const all = hosts.map((name) => ({ name, role: "any", site: "lab" }));
  const texts = Object.entries(exporters).map(([name, port]) => {
    const job = { name, port, hosts: all } as unknown as Parameters<typeof targetsFile>[0];
    return [`${name}.json`, targetsFile(job, { a1: agent.address, s1: first.address })];
  });
  return files(targetsName, Object.fromEntries(texts));
}

/** Waits until it has read these hosts, itself and Alertmanager. */
async function reads(cluster: Cluster, hosts: readonly string[]): Promise<void> {
  const onHosts = Object.keys(exporters).flatMap((job) => hosts.map((name) => `${job} ${name}`));
  const wanted = ["monitoring-alertmanager", "monitoring-prometheus", ...onHosts];
  let seen = "";
  await until(`Prometheus reads ${wanted.join(", ")}`, 90, async () => {
    const { activeTargets } = (await ask(cluster, "targets?state=active")) as { activeTargets: Target[] };
    const up = activeTargets.filter(({ health }) => health === "up").map(({ labels }) => labels);
    const named = up.map(({ job, instance }) => (job in exporters ? `${job} ${instance}` : job));
    seen = JSON.stringify(activeTargets);
    return [...named].sort().join() === wanted.sort().join();
  }).catch((error: Error) => assert.fail(`${error.message}: ${seen}`));
}

/** Its own API, asked on the host that its pod is on. */
async function ask(cluster: Cluster, what: string): Promise<unknown> {
  const path = ["get", "pod", `${names.prometheus}-0`, "-n", namespace, "-o", "jsonpath={.status.podIP}"];
  const url = `http://${await cluster.kubectl(path)}:9090/api/v1/${what}`;
  return JSON.parse(await cluster.agent.sh(`curl -s --max-time 5 '${url}'`)).data;
}

async function apply(cluster: Cluster, objects: readonly object[]): Promise<void> {
  const input = objects.map((one) => stringify(one)).join("---\n");
  await cluster.kubectl(["apply", "-n", namespace, "-f", "-"], { input });
}
