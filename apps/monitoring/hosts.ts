import { ports as catalogue } from "../../stacks/ports.ts";
import { versions } from "../../stacks/versions.ts";
import { user as postgresUser } from "../postgres/names.ts";
import { exporterOf, listensOn, onEveryHost } from "./onHosts.ts";

/** Where the container sees its host. */
const host = "/host";

export interface HostsFacts {
  /** Folder of hosts with files of measurements (`*.prom`), such as those of backups. */
  readonly textfiles?: string | undefined;
}

/** The port of node_exporter, as the catalogue of hosts has it. */
const port = catalogue.find(({ service }) => service === "node-exporter")?.from ?? 9100;

/** DaemonSet of node_exporter: it counts the traffic of the host's network, and sees the host's files, of which it can change none. */
export function hostsDaemonSet({ textfiles }: HostsFacts) {
  const container = exporterOf({
    ...{ name: "node-exporter", image: versions.nodeExporter, port, memory: "64Mi" },
    command: [
      ...["node_exporter", `--web.listen-address=${listensOn(port)}`, `--path.rootfs=${host}`],
      ...[`--path.procfs=${host}/proc`, `--path.sysfs=${host}/sys`],
      // of pods and their volumes there are hundreds, and they are not disks
      "--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|var/lib/(kubelet|containerd|docker|rancher/k3s/agent)/.+)($|/)",
      "--collector.netclass.ignored-devices=^(veth|cali|lo)",
      ...(textfiles ? [`--collector.textfile.directory=${host}${textfiles}`] : []),
    ],
    volumeMounts: [{ name: "host", mountPath: host, readOnly: true, mountPropagation: "HostToContainer" }],
  });
  return onEveryHost("hosts", {
    container,
    volumes: [{ name: "host", hostPath: { path: "/", type: "Directory" } }],
    // the folder of backups is that group's
    groups: textfiles ? [postgresUser] : [],
  });
}
