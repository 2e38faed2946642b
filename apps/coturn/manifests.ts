import { join } from "node:path";
import type { HostFacts } from "../../stacks/facts.ts";
import { tolerationsOf } from "../../stacks/localVolume.ts";
import { configMap, mounted, scratch, secretFiles } from "../../stacks/mounts.ts";
import { containerSecurity, podSecurity } from "../../stacks/podSecurity.ts";
import { scriptsIn } from "../../stacks/scripts.ts";
import { versions } from "../../stacks/versions.ts";
import { selectorOf } from "../labels.ts";
import { metadataOf } from "../manifests.ts";
import { keeperContainer } from "./keeperContainer.ts";
import { folders, hostObject, name, turnPorts, user } from "./names.ts";

export const scripts = scriptsIn(join(import.meta.dirname, "scripts"));

/** What the pod of a host is made of. */
export interface PodFacts {
  readonly host: Pick<HostFacts, "name" | "taints">;
  readonly drainMinutes: number;
  /** Name of the Secret with the certificate. */
  readonly certificate: string;
  /** Name of the ConfigMap with the keeper's program. */
  readonly program: string;
}

/**
 * Deployment of one host: a TURN server has the addresses of its host, so that each host has its own. No DaemonSet, whose pods stay on a host
 * that is drained: these are evicted, and so asked to let their relays end. The old server ends before the new one comes, since both
 * want the same ports.
 */
export function deployment<Digest>(facts: PodFacts, configDigest: Digest) {
  const { host, drainMinutes, certificate, program } = facts;
  const labels = { ...selectorOf(name), "estate/host": host.name };
  const { volumes, volumeMounts } = mounted([
    ...[secretFiles(hostObject(host.name), folders.config), secretFiles(certificate, folders.certificate)],
    ...[configMap(`${name}-scripts`, folders.scripts), scratch("run", folders.run, "16Mi")],
  ]);
  const keeper = keeperContainer({ certificate, program });
  const metadata = metadataOf(hostObject(host.name), name);
  // `pulumi up` waits until the old server has been drained
  const timeoutSeconds = String((drainMinutes + 30) * 60);
  return {
    metadata: { ...metadata, annotations: { ...metadata.annotations, "pulumi.com/timeoutSeconds": timeoutSeconds } },
    spec: {
      ...{ replicas: 1, strategy: { type: "Recreate" }, revisionHistoryLimit: 3, selector: { matchLabels: labels } },
      // unless it is given longer, Kubernetes itself takes a roll for failed
      progressDeadlineSeconds: (drainMinutes + 30) * 60,
      template: {
        metadata: {
          labels: { ...labels, "app.kubernetes.io/part-of": "estate" },
          annotations: { "estate/config": configDigest },
        },
        spec: {
          // relays are thousands of ports, and NAT before them would be told to nobody: NetworkPolicy does not reach it, security groups do
          ...{ hostNetwork: true, dnsPolicy: "Default", nodeSelector: { "kubernetes.io/hostname": host.name } },
          tolerations: tolerationsOf(host),
          // the keeper signals the server
          shareProcessNamespace: true,
          ...{ automountServiceAccountToken: false, enableServiceLinks: false },
          terminationGracePeriodSeconds: drainMinutes * 60,
          securityContext: podSecurity(user),
          containers: [{ ...server, volumeMounts }, keeper.container],
          volumes: [...volumes, ...keeper.volumes],
        },
      },
    },
  };
}

/** The container of the server, but for its volumes. */
export const server = {
  ...{
    name: "turnserver",
    image: versions.coturn,
    command: ["turnserver"],
    args: ["-c", `${folders.config}/turnserver.conf`],
  },
  env: [
    { name: "RUN", value: folders.run },
    { name: "HOST_IP", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
  ],
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "4", memory: "1Gi" } },
  lifecycle: { preStop: { exec: { command: ["sh", `${folders.scripts}/drain.sh`] } } },
  readinessProbe: {
    exec: { command: ["sh", "-c", `exec turnutils_stunclient -p ${turnPorts.plain} "$HOST_IP"`] },
    ...{ timeoutSeconds: 5, periodSeconds: 10 },
  },
  livenessProbe: {
    ...{ tcpSocket: { port: turnPorts.plain }, timeoutSeconds: 5, periodSeconds: 20, failureThreshold: 6 },
  },
  securityContext: {
    ...containerSecurity,
    // It gains nothing by this: the image's program has the capability in its file, and without it in the set that bounds all, it
    // could not be started at all. That it may listen on 443 is a setting of the host's kernel (ignition/media.ts).
    capabilities: { ...containerSecurity.capabilities, add: ["NET_BIND_SERVICE"] },
  },
  terminationMessagePolicy: "FallbackToLogsOnError",
};

/** PodDisruptionBudget over all hosts' servers: drains take one at a time. */
export function budget() {
  return {
    metadata: metadataOf(name),
    spec: {
      ...{ maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
      selector: { matchLabels: selectorOf(name) },
    },
  };
}
