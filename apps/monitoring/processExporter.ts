import { digestOf } from "../../stacks/digest.ts";
import { configMap } from "../../stacks/mounts.ts";
import { containerSecurity } from "../../stacks/podSecurity.ts";
import { applicationPorts } from "../../stacks/ports.ts";
import { app, folders, names } from "./names.ts";
import { hostAddress, onEveryHost } from "./onHosts.ts";
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
  const asks = { httpGet: { path: "/", port }, timeoutSeconds: 5 };
  const container = {
    ...{ name: "process-exporter", image },
    command: [
      ...["/bin/process-exporter", `--web.listen-address=$(HOST_IP):${port}`],
      ...[`--config.path=${folders.config}/${processFile}`, `--procfs=${processes}`],
      // a series for each name of a thread, and memory that root alone may read
      ...["--threads=false", "--gather-smaps=false", "--remove-empty-groups"],
    ],
    env: [hostAddress],
    resources: { requests: { cpu: "20m", memory: "96Mi" }, limits: { cpu: "250m", memory: "96Mi" } },
    readinessProbe: { ...asks, periodSeconds: 10 },
    livenessProbe: { ...asks, periodSeconds: 20, failureThreshold: 6 },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [files.mount, { name: "processes", mountPath: processes, readOnly: true }],
  };
  return onEveryHost("processes", {
    container,
    volumes: [files.volume, { name: "processes", hostPath: { path: "/proc", type: "Directory" } }],
    config: digestOf(processFiles()),
  });
}
