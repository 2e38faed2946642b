import type { V1Node, V1Pod } from "@kubernetes/client-node";
import { openApi } from "../cluster/api.ts";
import { ApiError, isAbsent } from "../cluster/error.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";

/** The annotation of a node that a gate cordoned: what an operator closed is not ours to open. */
export const cordonMark = "estate/cordoned";

/** What is read and written of one. */
export interface Lease {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly resourceVersion?: string };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    /** With microseconds. */
    readonly renewTime?: string;
  };
}

/**
 * What a gate asks of the orchestrator. Every method throws when the API does not answer within seconds. Of the official client it has
 * the types alone; times in them are the texts that the API sends.
 */
export interface Cluster {
  /** Nothing if there is none of that name. */
  node(name: string): Promise<V1Node | undefined>;
  nodes(): Promise<V1Node[]>;
  /** A node that is gone is fine. Marked, it is ours to open again. */
  cordon(name: string, marked: boolean): Promise<void>;
  /** Takes the mark away too. A node that is gone is fine. */
  uncordon(name: string): Promise<void>;
  podsOn(node: string): Promise<V1Pod[]>;
  /** Gives why not, where a disruption budget forbids it now. A pod that is gone is fine. */
  evict(pod: V1Pod): Promise<string | undefined>;
  /** With the time that it asks for to end. A pod that is gone is fine. */
  deletePod(pod: V1Pod): Promise<void>;
  /** A node that is gone is fine. Given what was seen of it, it stays if it has changed since. */
  deleteNode(name: string, seen?: V1Node): Promise<void>;
  lease(name: string): Promise<Lease | undefined>;
  /** Creates it, or replaces the version that was read. Gives false when somebody else was faster. */
  writeLease(name: string, lease: Lease): Promise<boolean>;
  deleteLease(name: string): Promise<void>;
}

const namespace = "kube-system";

/** The orchestrator behind a kubeconfig. Nothing is asked of it yet. @throws Trouble when the kubeconfig is wrong */
export function connectCluster(kubeconfig: string): Cluster {
  const { ask, list } = openApi(readKubeconfig(kubeconfig));
  const nodes = "/api/v1/nodes";
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const at = (collection: string, name: string) => `${collection}/${encodeURIComponent(name)}`;
  const podPath = ({ metadata: { name = "", namespace = "" } = {} }: V1Pod) =>
    at(`${at("/api/v1/namespaces", namespace)}/pods`, name);
  const patchNode = async (name: string, body: object) => {
    await orAbsent(ask({ method: "PATCH", path: at(nodes, name), type: "application/merge-patch+json", body }));
  };
  return {
    node: async (name) => orAbsent(ask<V1Node>({ method: "GET", path: at(nodes, name) })),
    nodes: () => list<V1Node>(nodes),
    cordon: async (name, marked) => {
      const metadata = marked ? { metadata: { annotations: { [cordonMark]: "true" } } } : {};
      await patchNode(name, { ...metadata, spec: { unschedulable: true } });
    },
    // null takes a key away
    uncordon: (name) =>
      patchNode(name, { metadata: { annotations: { [cordonMark]: null } }, spec: { unschedulable: null } }),
    podsOn: (node) => list<V1Pod>("/api/v1/pods", { fieldSelector: `spec.nodeName=${node}` }),
    evict: async (pod) => {
      const { name = "", namespace = "" } = pod.metadata ?? {};
      const body = {
        ...{ apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } },
        deleteOptions: onlyThis(pod),
      };
      return ask({ method: "POST", path: `${podPath(pod)}/eviction`, body }).then(() => undefined, whyKept);
    },
    deletePod: async (pod) => {
      await ask({ method: "DELETE", path: podPath(pod), body: onlyThis(pod) }).catch(unlessOther);
    },
    deleteNode: async (name, seen) => {
      const { uid, resourceVersion } = seen?.metadata ?? {};
      const body = seen ? { body: { preconditions: { uid, resourceVersion } } } : {};
      await ask({ method: "DELETE", path: at(nodes, name), ...body }).catch(unlessOther);
    },
    lease: async (name) => orAbsent(ask<Lease>({ method: "GET", path: at(leases, name) })),
    writeLease: async (name, body) => {
      const write = body.metadata?.resourceVersion
        ? ask({ method: "PUT", path: at(leases, name), body })
        : ask({ method: "POST", path: leases, body: { ...body, metadata: { name, namespace } } });
      return write.then(() => true, lost);
    },
    deleteLease: async (name) => {
      await orAbsent(ask({ method: "DELETE", path: at(leases, name) }));
    },
  };
}

async function orAbsent<T>(request: Promise<T>): Promise<T | undefined> {
  return request.catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
}

/** What a pod is deleted by: another of its name is left alone. */
function onlyThis({ metadata }: V1Pod): object {
  return metadata?.uid ? { preconditions: { uid: metadata.uid } } : {};
}

function unlessOther(error: unknown): void {
  if (!isOther(error)) throw error;
}

function whyKept(error: unknown): string | undefined {
  if (error instanceof ApiError && error.status === 429) return error.said;
  if (isOther(error)) return undefined;
  throw error;
}

function lost(error: unknown): false {
  if (isOther(error)) return false;
  throw error;
}

/** What was meant is gone, or there is another one of its name. */
function isOther(error: unknown): boolean {
  return isAbsent(error) || (error instanceof ApiError && error.status === 409);
}
