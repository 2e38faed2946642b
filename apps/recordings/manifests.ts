import { environment } from "../../stacks/environment.ts";
import { metadataOf } from "../manifests.ts";
import { name } from "./names.ts";

/** Where the store is. */
export interface StoreFacts {
  /** Address of its server. */
  readonly server: string;
  readonly path: string;
  readonly sizeGiB: number;
}

/**
 * The store for pods: its PersistentVolume, and the claim that is bound to it and to nothing else. Hosts mount it for their pods; while the
 * server is away they wait, and go on. Deleting both touches no recording.
 */
export function storeVolume({ server, path, sizeGiB }: StoreFacts) {
  const capacity = { storage: `${sizeGiB}Gi` };
  // names of PersistentVolumes are the whole orchestrator's
  const volumeName = `${environment.namespace}-${name}`;
  const accessModes = ["ReadWriteMany"];
  return {
    volume: {
      metadata: { ...metadataOf(name), name: volumeName },
      spec: {
        ...{ capacity, accessModes, volumeMode: "Filesystem", persistentVolumeReclaimPolicy: "Retain" },
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: environment.namespace, name },
        ...{ mountOptions: ["nfsvers=4", "hard", "nosuid", "nodev", "noexec"], nfs: { server, path } },
      },
    },
    claim: {
      metadata: metadataOf(name),
      spec: { accessModes, storageClassName: "", volumeName, resources: { requests: capacity } },
    },
  };
}
