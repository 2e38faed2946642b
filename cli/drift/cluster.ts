import {
  ApisApi,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  KubernetesObjectApi,
} from "@kubernetes/client-node";
import { z } from "zod";

/** A kind of object that a namespace may hold and that can be listed. */
export interface ObjectKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Who wrote fields of an object, and when. */
export const Managed = z.object({
  manager: z.string().default(""),
  time: z.coerce.string().optional(),
  /** `status` for what a controller saw, `scale` for the number of replicas. */
  subresource: z.string().optional(),
});
export type Managed = z.output<typeof Managed>;

/** The part of an object that the scan goes by. */
export const ClusterObject = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().nullish(),
    ownerReferences: z.array(z.unknown()).nullish(),
    managedFields: z.array(Managed).nullish(),
  }),
  /** Of a Secret. */
  type: z.string().nullish(),
});
export type ClusterObject = z.output<typeof ClusterObject>;

export interface ClusterNode {
  readonly name: string;
  readonly ready: boolean;
}

/** What the scan asks of the orchestrator. It only reads, but for `remove`, which repairs. */
export interface Cluster {
  kinds(): Promise<ObjectKind[]>;
  list(kind: ObjectKind, namespace: string): Promise<ClusterObject[]>;
  nodes(): Promise<ClusterNode[]>;
  read(kind: ObjectKind, namespace: string, name: string): Promise<Readonly<Record<string, unknown>>>;
  remove(kind: ObjectKind, namespace: string, name: string): Promise<void>;
}

/** Objects that are asked for at once. */
const page = 500;

/** The orchestrator behind a kubeconfig. Nothing is asked of it yet. */
export function connectCluster(kubeconfig: string): Cluster {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const objects = KubernetesObjectApi.makeApiClient(config);
  const header = ({ apiVersion, kind }: ObjectKind, namespace: string, name: string) => ({
    ...{ apiVersion, kind, metadata: { name, namespace } },
  });
  return {
    kinds: async () => listKinds(config),
    list: async ({ apiVersion, kind }, namespace) => {
      const found: ClusterObject[] = [];
      let next: string | undefined;
      do {
        const list: KubernetesListObject<KubernetesObject> = await objects.list(
          ...([apiVersion, kind, namespace, undefined, undefined, undefined, undefined, undefined] as const),
          ...([page, next] as const),
        );
        // an empty list may be null
        found.push(...(list.items ?? []).map((item) => ClusterObject.parse(JSON.parse(JSON.stringify(item)))));
        // lists of kinds that the client does not know keep the name that the API has for it
        const { _continue, continue: raw } = (list.metadata ?? {}) as { _continue?: string; continue?: string };
        next = _continue || raw || undefined;
      } while (next !== undefined);
      return found;
    },
    nodes: async () => {
      const { items } = await config.makeApiClient(CoreV1Api).listNode();
      return (items ?? []).map(({ metadata, status }) => ({
        name: metadata?.name ?? "",
        ready: Boolean(status?.conditions?.some((one) => one.type === "Ready" && one.status === "True")),
      }));
    },
    read: async (kind, namespace, name) =>
      JSON.parse(JSON.stringify(await objects.read(header(kind, namespace, name)))),
    remove: async (kind, namespace, name) => void (await objects.delete(header(kind, namespace, name))),
  };
}

/** Groups whose objects are measured when they are asked for, by a program that may be away. */
const measured = /(^|\.)metrics\.k8s\.io$/;

/** Every kind that is in namespaces and can be listed, in the version that the server prefers. */
async function listKinds(config: KubeConfig): Promise<ObjectKind[]> {
  const { groups } = await config.makeApiClient(ApisApi).getAPIVersions();
  const custom = config.makeApiClient(CustomObjectsApi);
  const core = await config.makeApiClient(CoreV1Api).getAPIResources();
  const others = await Promise.all(
    (groups ?? [])
      .filter(({ name }) => !measured.test(name))
      .map(async ({ name, preferredVersion, versions }) => {
        const version = preferredVersion?.version ?? versions[0]?.version ?? "";
        return { apiVersion: `${name}/${version}`, list: await custom.getAPIResources({ group: name, version }) };
      }),
  );
  return [{ apiVersion: "v1", list: core }, ...others].flatMap(({ apiVersion, list }) =>
    (list.resources ?? [])
      .filter(({ name, namespaced, verbs }) => namespaced && !name.includes("/") && (verbs ?? []).includes("list"))
      .map(({ kind }) => ({ apiVersion, kind })),
  );
}
