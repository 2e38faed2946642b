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

/** The address that a container listens on: its host's, as the environment has it. */
export const hostAddress = { name: "HOST_IP", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } };

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
