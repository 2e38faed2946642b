import {
  ApiException,
  CoordinationV1Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Lease,
  type V1Node,
  type V1Pod,
} from "@kubernetes/client-node";

/** The annotation of a node that a gate cordoned: what an operator closed is not ours to open. */
export const cordonMark = "estate/cordoned";

/** What a gate asks of the orchestrator. Every method throws when the API does not answer within seconds. */
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
  /** A node that is gone is fine. */
  deleteNode(name: string): Promise<void>;
  lease(name: string): Promise<V1Lease | undefined>;
  /** Creates it, or replaces the version that was read. Gives false when somebody else was faster. */
  writeLease(name: string, lease: V1Lease): Promise<boolean>;
  deleteLease(name: string): Promise<void>;
}

const namespace = "kube-system";
/** Milliseconds for one request; the API's own limit is a minute. */
const timeout = 15_000;

/** The orchestrator behind a kubeconfig. Nothing is asked of it yet. */
export function connectCluster(kubeconfig: string): Cluster {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const coordination = config.makeApiClient(CoordinationV1Api);
  const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  return {
    node: async (name) => orAbsent(core.readNode({ name })),
    nodes: async () => (await within(core.listNode())).items,
    cordon: async (name, marked) => {
      const metadata = marked ? { metadata: { annotations: { [cordonMark]: "true" } } } : {};
      await orAbsent(core.patchNode({ name, body: { ...metadata, spec: { unschedulable: true } } }, mergePatch));
    },
    uncordon: async (name) => {
      // null takes a key away
      const body = { metadata: { annotations: { [cordonMark]: null } }, spec: { unschedulable: null } };
      await orAbsent(core.patchNode({ name, body }, mergePatch));
    },
    podsOn: async (node) =>
      (await within(core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` }))).items,
    evict: async (pod) => evict(core, pod),
    deletePod: async ({ metadata: { name = "", namespace = "", uid } = {} }) => {
      const body = uid ? { preconditions: { uid } } : {};
      await orAbsent(core.deleteNamespacedPod({ name, namespace, body })).catch((error) => {
        // already another pod of the same name
        if (status(error) !== 409) throw error;
      });
    },
    deleteNode: async (name) => {
      await orAbsent(core.deleteNode({ name }));
    },
    lease: async (name) => orAbsent(coordination.readNamespacedLease({ name, namespace })),
    writeLease: async (name, body) => {
      const write = body.metadata?.resourceVersion
        ? coordination.replaceNamespacedLease({ name, namespace, body })
        : coordination.createNamespacedLease({ namespace, body: { ...body, metadata: { name, namespace } } });
      return within(write).then(
        () => true,
        (error) => {
          if (status(error) === 409 || status(error) === 404) return false;
          throw error;
        },
      );
    },
    deleteLease: async (name) => {
      await orAbsent(coordination.deleteNamespacedLease({ name, namespace }));
    },
  };
}

async function evict(core: CoreV1Api, pod: V1Pod): Promise<string | undefined> {
  const { name = "", namespace = "", uid } = pod.metadata ?? {};
  const deleteOptions = uid ? { preconditions: { uid } } : {};
  const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace }, deleteOptions };
  try {
    await within(core.createNamespacedPodEviction({ name, namespace, body }));
  } catch (error) {
    if (status(error) === 429) return message(error);
    // Gone, or already another pod of the same name.
    if (status(error) !== 404 && status(error) !== 409) throw error;
  }
  return undefined;
}

async function orAbsent<T>(request: Promise<T>): Promise<T | undefined> {
  return within(request).catch((error) => {
    if (status(error) === 404) return undefined;
    throw error;
  });
}

async function within<T>(request: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeout / 1000} s`)), timeout);
  });
  return Promise.race([request, late])
    .catch((error) => {
      throw error instanceof ApiException ? new ApiError(error) : error;
    })
    .finally(() => clearTimeout(timer));
}

/** The API answered with an error; its message is the sentence from the answer, without headers. */
class ApiError extends Error {
  readonly status: number;

  constructor({ code, body }: ApiException<unknown>) {
    super(sentence(body) ?? `HTTP ${code}`);
    this.status = code;
  }
}

function status(error: unknown): number | undefined {
  return error instanceof ApiError ? error.status : undefined;
}

function message(error: unknown): string {
  return (error as Error).message;
}

interface Status {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly message?: string }[] };
}

function sentence(body: unknown): string | undefined {
  try {
    const { message, details } = (typeof body === "string" ? JSON.parse(body) : body) as Status;
    const causes = details?.causes?.flatMap((cause) => cause.message ?? []) ?? [];
    return [message, ...causes].join(" ").trim() || undefined;
  } catch {
    return undefined;
  }
}
