import { digestOf } from "../../stacks/digest.ts";
import { configMap } from "../../stacks/mounts.ts";
import { applicationPorts } from "../../stacks/ports.ts";
import { app, folders, names } from "./names.ts";
import { exporterOf, listensOn, onEveryHost } from "./onHosts.ts";
import { processFile, processFiles } from "./processes.ts";

/** Where the container sees the processes of its host. */
const processes = "/host/proc";

/** The port of process-exporter, as the catalogue of hosts has it. */
const port = applicationPorts[app]?.find(({ service }) => service === "process-exporter")?.from ?? 9256;

/**
 * DaemonSet of process-exporter. The host's /proc is enough: it needs neither its processes' namespace nor root. What the kernel tells root
 * alone is not read (`boundsOf`).
 *
 * @param image by digest
 */
export function processesDaemonSet({ image }: { readonly image: string }) {
  const files = configMap(names.processes, folders.config);
  const container = exporterOf({
    ...{ name: "process-exporter", image, port, memory: "96Mi" },
    command: [
      ...["/bin/process-exporter", `--web.listen-address=${listensOn(port)}`],
      ...[`--config.path=${folders.config}/${processFile}`, `--procfs=${processes}`],
      // a series for each name of a thread, and memory that root alone may read
      ...["--threads=false", "--gather-smaps=false", "--remove-empty-groups"],
    ],
    volumeMounts: [files.mount, { name: "processes", mountPath: processes, readOnly: true }],
  });
  return onEveryHost("processes", {
    container,
    volumes: [files.volume, { name: "processes", hostPath: { path: "/proc", type: "Directory" } }],
    config: digestOf(processFiles()),
  });
}
