import {
  ApiException,
  CoordinationV1Api,
  CoreV1Api,
  type KubeConfig,
  type V1Lease,
  V1MicroTime,
} from "@kubernetes/client-node";
import type { Sight } from "./observed.ts";
import { drainsOf, type Store, textOf } from "./store.ts";

/** Where the drains are in the lease. */
export const annotation = "estate/drains";
/** Milliseconds for one request. */
const timeout = 8000;

/** The lease of the registrator in its namespace. */
export function leaseStore(config: KubeConfig, namespace: string, name: string, leaseSeconds: number): Store {
  const api = config.makeApiClient(CoordinationV1Api);
  return {
    read: async () => {
      const lease = await within(api.readNamespacedLease({ name, namespace })).catch(absent);
      const { resourceVersion, annotations } = lease?.metadata ?? {};
      const { holderIdentity, renewTime } = lease?.spec ?? {};
      return {
        ...(resourceVersion ? { version: resourceVersion } : {}),
        ...(holderIdentity ? { holder: holderIdentity } : {}),
        ...(renewTime ? { renewed: new Date(renewTime).toISOString() } : {}),
        drains: drainsOf(annotations?.[annotation]),
      };
    },
    write: async ({ version, holder, renewed, drains }) => {
      const body: V1Lease = {
        ...{ apiVersion: "coordination.k8s.io/v1", kind: "Lease" },
        metadata: {
          ...{ name, namespace, annotations: { [annotation]: textOf(drains) } },
          ...(version ? { resourceVersion: version } : {}),
        },
        spec: {
          leaseDurationSeconds: leaseSeconds,
          ...(holder ? { holderIdentity: holder } : {}),
          ...(renewed ? { renewTime: new V1MicroTime(renewed) } : {}),
        },
      };
      const write = version
        ? api.replaceNamespacedLease({ name, namespace, body })
        : api.createNamespacedLease({ namespace, body });
      return within(write).then(
        () => true,
        (error: unknown) => {
          // somebody else was faster, or has deleted it
          if (codeOf(error) === 409 || codeOf(error) === 404) return false;
          throw error;
        },
      );
    },
  };
}

/** How the orchestrator sees its nodes, by name. */
export async function nodeSights(config: KubeConfig): Promise<ReadonlyMap<string, Sight>> {
  const { items } = await within(config.makeApiClient(CoreV1Api).listNode());
  return new Map(
    items.map(({ metadata, status }) => {
      const ready = status?.conditions?.find(({ type }) => type === "Ready");
      const up = ready?.status === "True";
      const why = up ? "its node is Ready" : `its node is not Ready (${ready?.reason ?? "no condition"})`;
      return [metadata?.name ?? "", { up, why }];
    }),
  );
}

async function within<T>(request: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the orchestrator gave no answer within ${timeout / 1000} s`)), timeout);
  });
  return Promise.race([request, late])
    .catch((error: unknown) => {
      // its own text has headers and the whole body
      throw error instanceof ApiException ? new Answered(error.code) : error;
    })
    .finally(() => clearTimeout(timer));
}

class Answered extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`the orchestrator answered with HTTP ${code}`);
    this.code = code;
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof Answered ? error.code : undefined;
}

function absent(error: unknown): undefined {
  if (codeOf(error) !== 404) throw error;
}
