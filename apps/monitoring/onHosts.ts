import { containerSecurity } from "../../stacks/podSecurity.ts";
import { labelsOf, type OnHosts, selectorOf, user } from "./names.ts";
import { metadataFor } from "./pods.ts";

export interface OnHostsFacts {
  readonly container: object;
  readonly volumes: readonly object[];
  /** Groups that it is also in. @default none */
  readonly groups?: readonly number[];
  /** Its pods are others when this is another: the digest of files that are read only at the start. @default it reads none */
  readonly config?: string;
}

interface ExporterFacts {
  readonly name: string;
  readonly image: string;
  /** Of its host. */
  readonly port: number;
  /** The program, and its flags; it listens on `listensOn`. */
  readonly command: readonly string[];
  /** What it has and at most takes, as Kubernetes writes it. */
  readonly memory: string;
  readonly volumeMounts: readonly object[];
}

/** A flag's value: the host's own address, which the container has in its environment. */
export const listensOn = (port: number) => `$(HOST_IP):${port}`;

/** The container of an exporter on hosts: what it tells at its port is asked there, and little of the host is taken. */
export function exporterOf<Facts extends ExporterFacts>({ name, image, port, command, memory, volumeMounts }: Facts) {
  const asks = { httpGet: { path: "/", port }, timeoutSeconds: 5 };
  return {
    ...{ name, image, command: [...command] },
    env: [{ name: "HOST_IP", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } }],
    resources: { requests: { cpu: "20m", memory }, limits: { cpu: "250m", memory } },
    readinessProbe: { ...asks, periodSeconds: 10 },
    livenessProbe: { ...asks, periodSeconds: 20, failureThreshold: 6 },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: volumeMounts as Facts["volumeMounts"],
  };
}

/**
 * DaemonSet of a part, on every host whatever it keeps away. It has the host's network, whose ports are open by security groups. No unit of
 * Ignition: a change of that replaces the host.
 */
export function onEveryHost<Facts extends OnHostsFacts>(part: OnHosts, facts: Facts) {
  const { container, volumes, groups = [], config } = facts;
  const annotations = config === undefined ? {} : { annotations: { "estate/config": config } };
  return {
    metadata: metadataFor(part),
    spec: {
      selector: { matchLabels: selectorOf(part) },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%" } },
      template: {
        metadata: { labels: labelsOf(part), ...annotations },
        spec: {
          ...{ hostNetwork: true, dnsPolicy: "Default", tolerations: [{ operator: "Exists" }] },
          ...{ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 10 },
          securityContext: {
            ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, seccompProfile: { type: "RuntimeDefault" } },
            ...(groups.length > 0 ? { supplementalGroups: [...groups] } : {}),
          },
          containers: [container as Facts["container"]],
          volumes: volumes as Facts["volumes"],
        },
      },
    },
  };
}
