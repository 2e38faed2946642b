import { digestOf } from "../../stacks/digest.ts";
import { tolerationsOf } from "../../stacks/localVolume.ts";
import { claim, configMap, secretFiles } from "../../stacks/mounts.ts";
import { versions } from "../../stacks/versions.ts";
import { prometheusYml } from "./config.ts";
import type { MonitoringFacts, ServerFacts } from "./facts.ts";
import { data, folders, names, ports } from "./names.ts";
import { podOf, statefulSet } from "./pods.ts";
import { ruleFiles } from "./rules.ts";

/** The ConfigMap of the files of targets, which are followed while it runs. */
export const targetsName = `${names.prometheus}-targets`;

/** The Secret with the token that Consul is asked with. */
export const consulTokenName = `${names.prometheus}-consul`;

/** The files of Prometheus' configuration, by name. Read at its start: other files restart it. */
export function prometheusFiles({ prometheus, rules }: MonitoringFacts): Readonly<Record<string, string>> {
  return { "prometheus.yml": prometheusYml(prometheus), ...ruleFiles(rules) };
}

/** Part of the volume that series may take: the rest is for what is not written to a block yet, and for Alertmanager. */
const share = 0.75;

/** StatefulSet of Prometheus, on the host that has the volume. */
export function prometheus(facts: MonitoringFacts, { data: place, memoryMiB, keepDays }: Omit<ServerFacts, "notify">) {
  const pod = podOf({
    ...{ part: "prometheus", image: versions.prometheus, memoryMiB },
    command: [
      ...["prometheus", `--config.file=${folders.config}/prometheus.yml`],
      ...[`--storage.tsdb.path=${folders.data}/prometheus`, `--storage.tsdb.retention.time=${keepDays}d`],
      `--storage.tsdb.retention.size=${Math.floor(place.volume.sizeGiB * 1024 * share)}MB`,
      // no --web.enable-lifecycle and no admin API: who reaches it can read, and nothing else
      `--web.listen-address=:${ports.prometheus}`,
    ],
    mounts: [
      ...[configMap(names.prometheus, folders.config), configMap(targetsName, folders.targets)],
      ...(facts.prometheus.consul ? [secretFiles(consulTokenName, folders.consul)] : []),
      claim(data, folders.data),
    ],
    cpu: { request: "100m", limit: "2" },
    ...{ ready: "/-/ready", alive: "/-/healthy" },
    // after a crash it reads its log of writes before it answers; killed meanwhile, it would begin anew
    ...{ startSeconds: 900, endSeconds: 120 },
    ...{ config: digestOf(prometheusFiles(facts)), tolerations: tolerationsOf(place.host) },
  });
  return statefulSet("prometheus", pod);
}
