import { join } from "node:path";
import { digestOf } from "../../stacks/digest.ts";
import { tolerationsOf } from "../../stacks/localVolume.ts";
import { claim, configMap, mounted, scratch, secretFiles } from "../../stacks/mounts.ts";
import { containerSecurity, podSecurity } from "../../stacks/podSecurity.ts";
import { scriptsIn } from "../../stacks/scripts.ts";
import { redisConf } from "./config.ts";
import type { RedisFacts } from "./facts.ts";
import { data, instanceName, labelsOf, port, scriptsName, selectorOf, user } from "./names.ts";

export const scripts = scriptsIn(join(import.meta.dirname, "scripts"));

/** The name of the Secret with users.acl and the passwords of user admin, which the application has not. */
export function usersSecret(application: string): string {
  return `${instanceName(application)}-users`;
}

export function configFiles({ memoryMiB }: Pick<RedisFacts, "memoryMiB">) {
  return { "redis.conf": redisConf({ memoryMiB }) };
}

/** One server, on the host that has the volume. Users are not in the annotation: they change while it runs. */
export function statefulSet(facts: RedisFacts) {
  const { application } = facts.instance;
  const name = instanceName(application);
  const { volumes, volumeMounts } = mounted([
    ...[claim(data, "/data"), configMap(`${name}-config`, "/config"), configMap(scriptsName, "/scripts")],
    ...[secretFiles(usersSecret(application), "/secrets/users"), scratch("tmp", "/tmp", "16Mi")],
  ]);
  const container = {
    ...{ name: "redis", image: facts.image, command: ["bash", "/scripts/start.sh"], volumeMounts },
    env: [
      { name: "DATA", value: "/data" },
      { name: "FOLDER", value: name },
      { name: "CONFIG", value: "/config" },
      { name: "USERS", value: "/secrets/users/users.acl" },
    ],
    ports: [{ name: "redis", containerPort: port, protocol: "TCP" }],
    resources: {
      requests: { cpu: "50m", memory: `${facts.memoryMiB}Mi` },
      limits: { cpu: "1", memory: `${facts.memoryMiB}Mi` },
    },
    readinessProbe: { exec: { command: ["bash", "/scripts/ready.sh"] }, timeoutSeconds: 5, periodSeconds: 5 },
    // a server that still loads its file, or whose volume is full, must not be killed for it
    livenessProbe: { tcpSocket: { port: "redis" }, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  const annotations = { "estate/config": digestOf([configFiles(facts), scripts["start.sh"]]) };
  const labels = labelsOf(application, "server");
  return {
    metadata: { name, labels },
    spec: {
      ...{ replicas: 1, serviceName: name, selector: { matchLabels: selectorOf(application, "server") } },
      template: {
        metadata: { labels, annotations },
        spec: {
          ...{ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 60 },
          ...{ securityContext: podSecurity(user), tolerations: tolerationsOf(facts.host) },
          ...{ containers: [container], volumes },
        },
      },
    },
  };
}

/** The name that the application reaches it by. */
export function service(application: string) {
  return {
    metadata: { name: instanceName(application), labels: labelsOf(application, "server") },
    spec: {
      ...{ type: "ClusterIP", selector: selectorOf(application, "server") },
      ports: [{ name: "redis", port, targetPort: "redis", protocol: "TCP" }],
    },
  };
}
