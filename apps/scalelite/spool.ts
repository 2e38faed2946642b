import { join } from "node:path";
import { programIn } from "../../stacks/scripts.ts";
import { versions } from "../../stacks/versions.ts";
import { programMap } from "../manifests.ts";
import { app, names, spoolPort } from "./names.ts";
import { configMap, podOf } from "./pods.ts";
import { type Recordings, store, storeToRead } from "./recordings.ts";

const folder = "/app";

/** ConfigMap: the exporter's program. */
export function spoolProgram() {
  return programMap(names.spool, app, programIn(join(import.meta.dirname, "service")));
}

/**
 * Pod that tells what waits for its import and how full the store is. It has the store to read, and no secret: of servers and their loads
 * the registrator tells, so that not one more program knows what ends meetings.
 */
export function spoolPod(recordings: Recordings, program: string) {
  const asks = { httpGet: { path: "/health", port: "spool" }, timeoutSeconds: 5 };
  return podOf({
    ...{ part: "spool", image: versions.node, memory: "96Mi", revision: program },
    command: ["node", "--no-warnings", `${folder}/main.ts`],
    environment: [
      { name: "SPOOL_STORE", value: store },
      { name: "SPOOL_PORT", value: String(spoolPort) },
    ],
    port: { name: "spool", containerPort: spoolPort },
    probes: {
      readinessProbe: { ...asks, periodSeconds: 10 },
      livenessProbe: { ...asks, periodSeconds: 20, failureThreshold: 6 },
    },
    mounts: [storeToRead(recordings), configMap(program, folder)],
  });
}
