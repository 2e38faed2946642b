import { digestOf } from "../../stacks/digest.ts";
import { tolerationsOf } from "../../stacks/localVolume.ts";
import { claim, configMap, secretFiles } from "../../stacks/mounts.ts";
import { versions } from "../../stacks/versions.ts";
import { alertmanagerYml, type NotifyFacts, notifyFolder } from "./alertmanager.ts";
import type { ServerFacts } from "./facts.ts";
import { data, folders, names, ports } from "./names.ts";
import { podOf, statefulSet } from "./pods.ts";

export function alertmanagerFiles(notify: NotifyFacts) {
  return { "alertmanager.yml": alertmanagerYml(notify) };
}

/** StatefulSet of Alertmanager. Silences outlive it on the volume: a second one would need to be told of them, and tell twice when it is not. */
export function alertmanager({ data: place, notify }: Pick<ServerFacts, "data" | "notify">) {
  const ways = (["webhook", "mail"] as const).flatMap((way) => {
    const secret = notify[way]?.secret;
    return secret ? [secretFiles(secret, notifyFolder(way))] : [];
  });
  const pod = podOf({
    ...{ part: "alertmanager", image: versions.alertmanager, memoryMiB: 128 },
    command: [
      ...["alertmanager", `--config.file=${folders.config}/alertmanager.yml`],
      ...[`--storage.path=${folders.data}/alertmanager`, `--web.listen-address=:${ports.alertmanager}`],
      // it is one: nothing listens for others
      "--cluster.listen-address=",
    ],
    mounts: [configMap(names.alertmanager, folders.config), claim(data, folders.data), ...ways],
    cpu: { request: "10m", limit: "500m" },
    ...{ ready: "/-/ready", alive: "/-/healthy" },
    ...{ config: digestOf(alertmanagerFiles(notify)), tolerations: tolerationsOf(place.host) },
  });
  return statefulSet("alertmanager", pod);
}
