import { environment } from "./environment.ts";
import type { HostFacts, VolumeFacts } from "./facts.ts";

/** Where data is that outlives every pod and every server: a data volume of a host. */
export interface LocalVolumeFacts {
  /** Of the claim. Fixed: a claim of another name is another one. */
  readonly name: string;
  readonly host: Pick<HostFacts, "name" | "taints">;
  readonly volume: Pick<VolumeFacts, "path" | "sizeGiB">;
  /** Where the claim is. @default that of the estate's applications */
  readonly namespace?: string;
}

/**
 * A host's data volume for pods: the PersistentVolume and the claim that is bound to it, and to nothing else. No provisioner is needed. A
 * pod with the claim runs on that host; while the host is replaced it waits. Deleting both touches no data, and made again they find it.
 */
export function localVolume({ name, host, volume, namespace = environment.namespace }: LocalVolumeFacts) {
  const capacity = { storage: `${volume.sizeGiB}Gi` };
  const onHost = { key: "kubernetes.io/hostname", operator: "In", values: [host.name] };
  return {
    volume: {
      // names of PersistentVolumes are the whole orchestrator's
      metadata: { name: `${namespace}-${name}` },
      spec: {
        ...{ capacity, accessModes: ["ReadWriteOnce"], volumeMode: "Filesystem" },
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name },
        local: { path: volume.path },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onHost] }] } },
      },
    },
    claim: {
      metadata: { name },
      spec: {
        ...{ accessModes: ["ReadWriteOnce"], storageClassName: "", volumeName: `${namespace}-${name}` },
        resources: { requests: capacity },
      },
    },
  };
}

/** What a pod says that must run on a host with these taints, which are written as k3s takes them: `key=value:effect`. */
export function tolerationsOf({ taints }: Pick<HostFacts, "taints">) {
  return taints.map((taint) => {
    const [, key = "", value = "", effect = ""] = /^([^=:]+)=?([^:]*):(\w+)$/.exec(taint) ?? [];
    return { key, operator: "Equal", value, effect };
  });
}
