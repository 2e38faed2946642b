import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../stacks/digest.ts";
import { versions } from "../../stacks/versions.ts";
import { metadataOf } from "../manifests.ts";
import { app, names, spoolPort } from "./names.ts";
import { configMap, podOf } from "./pods.ts";
import { type Recordings, store, storeToRead } from "./recordings.ts";

const folder = "/app";

/** ConfigMap: the exporter's program, which Node runs as it is here. Its name is that of what is in it, so that a new one rolls the pod. */
export function spoolProgram(source = join(import.meta.dirname, "service")) {
  const files = readdirSync(source).filter((file) => file.endsWith(".ts"));
  const sources = files.sort().map((file) => [file, readFileSync(join(source, file), "utf8")] as const);
  const data = { ...Object.fromEntries(sources), "package.json": `{"type":"module"}\n` };
  return { metadata: metadataOf(`${names.spool}-${digestOf(data)}`, app), immutable: true, data };
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
