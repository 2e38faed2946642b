import { join } from "node:path";
import type { HostFacts } from "../../stacks/facts.ts";
import { tolerationsOf } from "../../stacks/localVolume.ts";
import { configMap, mounted, secretFiles } from "../../stacks/mounts.ts";
import { podSecurity } from "../../stacks/podSecurity.ts";
import * as keeper from "../keeper.ts";
import { selectorOf } from "../labels.ts";
import { metadataOf } from "../manifests.ts";
import { handoverPort, hostObject, name, places, user } from "./names.ts";

/** What the pod of a host is made of. */
export interface PodFacts {
  readonly host: Pick<HostFacts, "name" | "taints">;
  /** Name of the Secret with the certificate. */
  readonly certificate: string;
  /** Name of the ConfigMap with the keeper's program. */
  readonly program: string;
}

/** ConfigMap: the keeper's program. */
export function keeperProgram() {
  return keeper.keeperProgram(name, join(import.meta.dirname, "service"));
}

/**
 * Deployment of one host: what brings the host its settings. No secret of BigBlueButton is in user data, which is read by whoever asks the
 * metadata service. The old pod goes before the new one comes: two would write over each other.
 */
export function deployment({ host, certificate, program }: PodFacts) {
  const labels = { ...selectorOf(name), "estate/host": host.name };
  const [settings, tls, told, said] = ["/settings", "/certificate", "/told", "/said"];
  const folders = { BBB_SETTINGS: settings, BBB_CERTIFICATE: tls, BBB_TOLD: told, BBB_SAID: said };
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
              ...keeper.keeperContainer(told, { ...folders, BBB_PORT: String(handoverPort) }),
              ports: [{ name: "handover", containerPort: handoverPort, protocol: "TCP" }],
              volumeMounts: [
                ...[...volumeMounts, { name: "told", mountPath: told }],
                { name: "said", mountPath: said, readOnly: true },
              ],
            },
          ],
          // there from the first boot on; what is told is this user's, what is said is root's
          volumes: [
            ...[...volumes, { name: "told", hostPath: { path: places.told, type: "Directory" } }],
            { name: "said", hostPath: { path: places.said, type: "Directory" } },
          ],
        },
      },
    },
  };
}

/** Service of one host: what it says of its recordings, for the registrator. */
export function service(host: string) {
  return {
    metadata: metadataOf(hostObject(host), name),
    spec: {
      ...{ type: "ClusterIP", selector: { ...selectorOf(name), "estate/host": host } },
      ports: [{ name: "handover", port: handoverPort, targetPort: "handover", protocol: "TCP" }],
    },
  };
}
