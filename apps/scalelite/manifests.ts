import { join } from "node:path";
import { digestOf } from "../../stacks/digest.ts";
import { scriptsIn } from "../../stacks/scripts.ts";
import { metadataOf as metadataOfApplication } from "../manifests.ts";
import { environmentOf, type Told } from "./environment.ts";
import type { Images } from "./images.ts";
import { apiPort, app, names, type Part, selectorOf, spoolGroup, webPort } from "./names.ts";
import { nginxConf } from "./nginx.ts";
import { configMap, podOf } from "./pods.ts";
import { longestRound } from "./polling.ts";
import { apiAlive, apiReady, progressing } from "./probes.ts";
import { publishedOnly, type Recordings, store, wholeStore } from "./recordings.ts";
import { spoolPod } from "./spool.ts";

/** What Scalelite is made of. */
export interface ScaleliteFacts extends Omit<Told, "recordings"> {
  /** By digest. Changing one migrates the database, then rolls the pods. */
  readonly images: Images;
  /** Pods of the API, and as many of nginx. Changed in place; of one alone there is no disruption budget. */
  readonly replicas: number;
  /** Without, recordings are neither imported nor served. Changing it rolls the pods that have them mounted. */
  readonly recordings?: Recordings | undefined;
  /** Changes with passwords and secrets, which pods read only at their start. */
  readonly revision: string;
}

export const scripts = scriptsIn(join(import.meta.dirname, "scripts"));
const filesAt = "/etc/scalelite";

export function metadataOf(part: Part) {
  return metadataOfApplication(names[part], app);
}

/** The API. Not by the image's start script: what that does to the database is the migration's. */
export function api(facts: ScaleliteFacts) {
  const { images, recordings, revision, replicas } = facts;
  const pod = podOf({
    ...{ part: "api", image: images.api, memory: "1Gi", revision, environment: environment(facts) },
    command: ["bundle", "exec", "puma", "-C", "config/puma.rb"],
    ...{ port: { name: "api", containerPort: apiPort }, probes: { readinessProbe: apiReady, livenessProbe: apiAlive } },
    mounts: recordings ? [wholeStore(recordings)] : [],
  });
  return deployment("api", replicas, pod);
}

export function nginx(facts: ScaleliteFacts) {
  const { images, recordings, replicas } = facts;
  const probe = { httpGet: { path: "/nginx-health", port: "http" }, timeoutSeconds: 5, periodSeconds: 10 };
  const pod = podOf({
    ...{ part: "nginx", image: images.nginx, memory: "256Mi" },
    // what it is built to write its first words to is not writable
    command: ["nginx", "-e", "/dev/stderr", "-c", `${filesAt}/nginx.conf`, "-g", "daemon off;"],
    port: { name: "http", containerPort: webPort },
    probes: { readinessProbe: probe, livenessProbe: { ...probe, periodSeconds: 20 } },
    mounts: [configMap(names.nginx, filesAt), ...(recordings ? [publishedOnly(recordings)] : [])],
    // it reads its file once
    revision: digestOf(nginxFiles(facts)),
  });
  return deployment("nginx", replicas, pod);
}

/** The ConfigMap of nginx. */
export function nginxFiles({ host, recordings }: Pick<ScaleliteFacts, "host" | "recordings">) {
  const told = { host, api: `${names.api}:${apiPort}`, port: webPort, store, scratch: "/tmp" };
  return { "nginx.conf": nginxConf({ ...told, recordings: recordings !== undefined }) };
}

/** One is enough for hundreds of servers; several would count each other's failures. */
export function poller(facts: ScaleliteFacts) {
  const { images, revision, polling } = facts;
  const pod = podOf({
    ...{ part: "poller", image: images.poller, memory: "768Mi", revision, environment: environment(facts) },
    ...{ command: ["bin/start-poller"], probes: progressing(longestRound(polling)) },
  });
  return deployment("poller", 1, pod);
}

/** Exactly one, as Scalelite demands. Told to end, it ends the import that it has begun first. */
export function importer(facts: ScaleliteFacts & { readonly recordings: Recordings }) {
  const { images, revision, recordings } = facts;
  const pod = podOf({
    ...{ part: "importer", image: images.importer, memory: "768Mi", revision, environment: environment(facts) },
    ...{ command: ["bin/start-recording-importer"], probes: progressing(60), endSeconds: 300 },
    mounts: [wholeStore(recordings), configMap(names.importer, filesAt)],
    before: {
      ...{ name: "folders", command: ["sh", `${filesAt}/folders.sh`] },
      environment: [
        { name: "STORE", value: store },
        { name: "GROUP", value: String(spoolGroup) },
      ],
    },
  });
  return deployment("importer", 1, pod);
}

/** @param program the name of the ConfigMap with the exporter's program */
export function spool(recordings: Recordings, program: string) {
  return deployment("spool", 1, spoolPod(recordings, program));
}

/**
 * Brings the database to the release of the image before any pod of it starts. A Job cannot be changed, and runs once: whatever is another
 * in it is another Job, and its name says so. Where nothing is to do, it does nothing.
 */
export function migration(facts: ScaleliteFacts) {
  const { images, revision } = facts;
  const { metadata, spec } = podOf({
    ...{ part: "migration", image: images.api, memory: "1Gi", revision, environment: environment(facts) },
    command: ["bundle", "exec", "rake", "db:migrate"],
  });
  const template = { metadata, spec: { ...spec, restartPolicy: "Never" } };
  const { name, ...rest } = metadataOf("migration");
  return {
    metadata: { name: `${name}-${digestOf(template)}`, ...rest },
    spec: { backoffLimit: 3, activeDeadlineSeconds: 1800, template },
  };
}

export function service(part: "api" | "nginx") {
  const port = part === "api" ? { name: "api", port: apiPort } : { name: "http", port: webPort };
  return {
    metadata: metadataOf(part),
    spec: {
      ...{ type: "ClusterIP", selector: selectorOf(part) },
      ports: [{ ...port, targetPort: port.name, protocol: "TCP" }],
    },
  };
}

/** One may leave at a time. Single pods have none: their hosts could not be drained, and a minute without them ends nothing. */
export function disruptionBudget(part: "api" | "nginx") {
  return {
    metadata: metadataOf(part),
    spec: {
      ...{ maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
      selector: { matchLabels: selectorOf(part) },
    },
  };
}

function environment(facts: ScaleliteFacts) {
  return environmentOf({ ...facts, recordings: facts.recordings !== undefined });
}

function deployment(part: Exclude<Part, "migration">, replicas: number, template: ReturnType<typeof podOf>) {
  const several = part === "api" || part === "nginx";
  const strategy = several
    ? { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
    : // the old one ends before the new one begins: two would do the same work at the same time
      { type: "Recreate" };
  return {
    metadata: metadataOf(part),
    spec: { replicas, strategy, revisionHistoryLimit: 3, selector: { matchLabels: selectorOf(part) }, template },
  };
}
