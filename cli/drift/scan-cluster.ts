import type { Cluster, ClusterObject, ObjectKind } from "./cluster.ts";
import { type Finding, findingId } from "./finding.ts";
import { groupOf, type Held, objectKey } from "./held.ts";
import { ownerOf } from "./owner.ts";
import type { Scan } from "./scan-cloud.ts";

/**
 * What the cluster writes for itself, without an owner that would say so. What a workload or a service makes has one: a Pod or an
 * EndpointSlice without an owner was made by hand.
 */
const clusters = new Set(["ControllerRevision", "Event", "Endpoints", "Lease"]);

/** Of what opens the cluster to somebody. */
const guards = new Set(["NetworkPolicy", "Role", "RoleBinding", "ServiceAccount", "Secret"]);

/** What the estate's namespaces hold and no state does; and hosts that are no node. */
export async function scanCluster(cluster: Cluster, held: Held): Promise<Scan> {
  const kinds = (await cluster.kinds()).filter(({ kind }) => !clusters.has(kind));
  const wanted = held.namespaces.flatMap((namespace) => kinds.map((kind) => ({ namespace, kind })));
  const scans = await Promise.all(
    wanted.map(async ({ namespace, kind }): Promise<Scan> => {
      const listed = await cluster.list(kind, namespace).catch((error: Error) => error);
      if (listed instanceof Error)
        return {
          findings: [],
          troubles: [`the orchestrator did not list ${kind.kind} of ${namespace}: ${listed.message}`],
        };
      const unknown = listed.filter((one) => !isClusters(kind, one) && !held.objects.has(keyOf(kind, namespace, one)));
      return { findings: unknown.map((one) => findingOf(kind, namespace, one)), troubles: [] };
    }),
  );
  return {
    findings: [...scans.flatMap(({ findings }) => findings), ...(await missingNodes(cluster, held))],
    troubles: scans.flatMap(({ troubles }) => troubles),
  };
}

/** What has an owner goes with it. Every namespace has a service account, and the authority of the API's certificate. */
function isClusters({ kind }: ObjectKind, { metadata, type }: ClusterObject): boolean {
  if ((metadata.ownerReferences ?? []).length > 0) return true;
  if (kind === "ServiceAccount") return metadata.name === "default";
  if (kind === "ConfigMap") return metadata.name === "kube-root-ca.crt";
  return kind === "Secret" && type === "kubernetes.io/service-account-token";
}

function keyOf({ apiVersion, kind }: ObjectKind, namespace: string, { metadata: { name } }: ClusterObject): string {
  return objectKey({ group: groupOf(apiVersion), kind, namespace, name });
}

function findingOf({ apiVersion, kind }: ObjectKind, namespace: string, { metadata }: ClusterObject): Finding {
  const { name } = metadata;
  return {
    ...{ id: findingId("unmanaged", `kubernetes ${keyOf({ apiVersion, kind }, namespace, { metadata })}`) },
    ...{ answer: "unmanaged", change: "unknown", paths: [], owner: ownerOf(metadata.managedFields ?? []) },
    ...{ type: `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`, name: `${namespace}/${name}` },
    class: guards.has(kind) ? "security" : "ownership",
    meaning: `an object in a namespace of the estate that no state holds`,
    place: { in: "kubernetes", apiVersion, kind, namespace, name },
  };
}

/** A kubelet registers its node when it starts: one that was deleted does not come back by itself. */
async function missingNodes(cluster: Cluster, { hosts }: Held): Promise<Finding[]> {
  const nodes = new Set((await cluster.nodes()).map(({ name }) => name));
  return hosts
    .filter(({ name }) => name !== "" && !nodes.has(name))
    .map(({ name, urn, id }) => ({
      ...{ id: findingId("cloud", `node ${urn}`), answer: "cloud", change: "gone", paths: [], owner: "unknown" },
      ...{ type: "kubernetes:core/v1:Node", name, urn, class: "outage" },
      meaning: "the host's node is not in the orchestrator: no pod runs there, and it does not come back by itself",
      place: { in: "openstack", kind: "node", service: "compute", path: `/servers/${id}` },
    }));
}
