import type { Cluster } from "./cluster.ts";

/** Held by the gate that takes a member out of etcd: the engine deletes hosts at the same time when nothing orders them. */
export const etcdLease = "estate-drain-etcd";

/** Seconds after which a lease that is not renewed is anyone's: its holder was killed. */
const seconds = 45;

/** Takes or renews a lease. Gives the holder if that is somebody else, else nothing. */
export async function holdLease(
  cluster: Cluster,
  name: string,
  holder: string,
  now: Date,
): Promise<string | undefined> {
  const found = await cluster.lease(name);
  const { holderIdentity, renewTime } = found?.spec ?? {};
  const age = renewTime ? (now.getTime() - new Date(renewTime).getTime()) / 1000 : Number.POSITIVE_INFINITY;
  if (holderIdentity && holderIdentity !== holder && age < seconds) return holderIdentity;
  // Kubernetes wants microseconds there
  const time = now.toISOString().replace(/Z$/, "000Z");
  const taken = await cluster.writeLease(name, {
    ...{ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { ...found?.metadata, name } },
    spec: { holderIdentity: holder, leaseDurationSeconds: seconds, renewTime: time },
  });
  return taken ? undefined : "another gate";
}

/** Gives the lease back, if it is ours. */
export async function dropLease(cluster: Cluster, name: string, holder: string): Promise<void> {
  const found = await cluster.lease(name);
  if (found?.spec?.holderIdentity === holder) await cluster.deleteLease(name);
}
