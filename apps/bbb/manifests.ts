import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../stacks/digest.ts";
import type { HostFacts } from "../../stacks/facts.ts";
import { tolerationsOf } from "../../stacks/localVolume.ts";
import { configMap, mounted, secretFiles } from "../../stacks/mounts.ts";
import { containerSecurity, podSecurity } from "../../stacks/podSecurity.ts";
import { versions } from "../../stacks/versions.ts";
import { selectorOf } from "../labels.ts";
import { metadataOf } from "../manifests.ts";
import { hostObject, name, places, user } from "./names.ts";

/** What the pod of a host is made of. */
export interface PodFacts {
  readonly host: Pick<HostFacts, "name" | "taints">;
  /** Name of the Secret with the certificate. */
  readonly certificate: string;
  /** Name of the ConfigMap with the keeper's program. */
  readonly program: string;
}

/** ConfigMap: the keeper's program, which Node runs as it is here. Its name is that of what is in it, so that a new one rolls the pods. */
export function keeperProgram(folder = join(import.meta.dirname, "service")) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  const sources = files.sort().map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);
  const data = { ...Object.fromEntries(sources), "package.json": `{"type":"module"}\n` };
  return { metadata: metadataOf(`${name}-keeper-${digestOf(data)}`, name), immutable: true, data };
}

/**
 * Deployment of one host: what brings the host its settings. No secret of BigBlueButton is in user data, which is read by whoever asks the
 * metadata service. The old pod goes before the new one comes: two would write over each other.
 */
export function deployment({ host, certificate, program }: PodFacts) {
  const labels = { ...selectorOf(name), "estate/host": host.name };
  const [settings, tls, told] = ["/settings", "/certificate", "/told"];
  const { volumes, volumeMounts } = mounted([
    ...[secretFiles(hostObject(host.name), settings), secretFiles(certificate, tls), configMap(program, "/app")],
  ]);
  return {
    metadata: metadataOf(hostObject(host.name), name),
    spec: {
      ...{ replicas: 1, strategy: { type: "Recreate" }, revisionHistoryLimit: 3, selector: { matchLabels: labels } },
      template: {
        metadata: { labels: { ...labels, "app.kubernetes.io/part-of": "estate" } },
        spec: {
          nodeSelector: { "kubernetes.io/hostname": host.name },
          tolerations: tolerationsOf(host),
          ...{ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 10 },
          // Secrets are its group's; of a folder of the host, kubelet leaves alone whose it is
          securityContext: podSecurity(user),
          containers: [
            {
              ...keeper({ BBB_SETTINGS: settings, BBB_CERTIFICATE: tls, BBB_TOLD: told }),
              volumeMounts: [...volumeMounts, { name: "told", mountPath: told }],
            },
          ],
          // there from the first boot on, and this user's
          volumes: [...volumes, { name: "told", hostPath: { path: places.told, type: "Directory" } }],
        },
      },
    },
  };
}

/** The container, but for its volumes. It looks every five seconds, and says so where all was well. */
function keeper(environment: Readonly<Record<"BBB_SETTINGS" | "BBB_CERTIFICATE" | "BBB_TOLD", string>>) {
  const looked = (minutes: number) => ["sh", "-c", `test -n "$(find ${environment.BBB_TOLD}/kept -mmin -${minutes})"`];
  return {
    ...{ name: "keeper", image: versions.node, command: ["node", "--no-warnings", "/app/main.ts"] },
    env: Object.entries(environment).map(([name, value]) => ({ name, value })),
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
    readinessProbe: { exec: { command: looked(1) }, timeoutSeconds: 5, periodSeconds: 10 },
    livenessProbe: { exec: { command: looked(5) }, timeoutSeconds: 5, periodSeconds: 60, failureThreshold: 5 },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}
