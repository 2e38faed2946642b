import { join } from "node:path";
import { digestOf } from "../../stacks/digest.ts";
import { tolerationsOf } from "../../stacks/localVolume.ts";
import { claim, configMap, mounted, scratch, secretFiles } from "../../stacks/mounts.ts";
import { containerSecurity, podSecurity } from "../../stacks/podSecurity.ts";
import { scriptsIn } from "../../stacks/scripts.ts";
import { pgHbaConf, postgresqlConf } from "./config.ts";
import type { PostgresFacts } from "./facts.ts";
import { labelsOf, names, port, selectorOf, user } from "./names.ts";

export const scripts = scriptsIn(join(import.meta.dirname, "scripts"));

type ServerFacts = Pick<PostgresFacts, "image" | "data" | "memoryMiB" | "maxConnections">;

const run = "/run/postgresql";

export function configFiles({ memoryMiB, maxConnections }: ServerFacts) {
  return {
    "postgresql.conf": postgresqlConf({ memoryMiB, maxConnections, run }),
    "pg_hba.conf": pgHbaConf(),
  };
}

/**
 * One server, on the host that has the volume. What it reads at its start is in the annotation, so that a change of it restarts the
 * server; passwords are not: they change while it runs.
 */
export function statefulSet(facts: ServerFacts) {
  const { volumes, volumeMounts } = mounted([
    claim(names.data, "/data"),
    configMap(names.config, "/config"),
    configMap(names.scripts, "/scripts"),
    secretFiles(names.superuser, "/secrets/superuser"),
    scratch("run", run, "1Mi"),
    scratch("tmp", "/tmp", "64Mi"),
    // for queries in parallel; the runtime's own is 64 MiB, and cannot be written on a read-only root
    scratch("shm", "/dev/shm", "64Mi"),
  ]);
  const answers = { exec: { command: ["bash", "/scripts/ready.sh"] }, timeoutSeconds: 5 };
  const container = {
    ...{ name: names.server, image: facts.image, command: ["bash", "/scripts/start.sh"], volumeMounts },
    env: [
      { name: "DATA", value: "/data" },
      { name: "CONFIG", value: "/config" },
      { name: "PASSWORD_FILE", value: "/secrets/superuser/password" },
      { name: "LANG", value: "C.UTF-8" },
    ],
    ports: [{ name: names.server, containerPort: port, protocol: "TCP" }],
    resources: {
      requests: { cpu: "100m", memory: `${facts.memoryMiB}Mi` },
      limits: { cpu: "2", memory: `${facts.memoryMiB}Mi` },
    },
    // after a crash it may read its log for long before it answers; killed meanwhile, it would begin anew
    startupProbe: { ...answers, periodSeconds: 5, failureThreshold: 720 },
    readinessProbe: { ...answers, periodSeconds: 5 },
    livenessProbe: { ...answers, periodSeconds: 20, failureThreshold: 6 },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  const annotations = { "estate/config": digestOf([configFiles(facts), scripts["start.sh"]]) };
  return {
    metadata: { name: names.server, labels: labelsOf("server") },
    spec: {
      ...{ replicas: 1, serviceName: names.server, selector: { matchLabels: selectorOf("server") } },
      template: {
        metadata: { labels: labelsOf("server"), annotations },
        spec: {
          ...{ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 120 },
          ...{ securityContext: podSecurity(user), tolerations: tolerationsOf(facts.data.host) },
          ...{ containers: [container], volumes },
        },
      },
    },
  };
}

/** The name that applications reach it by. */
export function service() {
  return {
    metadata: { name: names.server, labels: labelsOf("server") },
    spec: {
      ...{ type: "ClusterIP", selector: selectorOf("server") },
      ports: [{ name: names.server, port, targetPort: names.server, protocol: "TCP" }],
    },
  };
}
