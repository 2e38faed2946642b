import { imagesOf } from "../../../../apps/scalelite/images.ts";
import type { ScaleliteFacts } from "../../../../apps/scalelite/manifests.ts";
import { pollingFor } from "../../../../apps/scalelite/polling.ts";

/** Scalelite of thirty servers, with recordings. */
export const facts = {
  ...{ host: "meet.example.org", replicas: 3, polling: pollingFor(30, 60), revision: "r1", previousSecret: false },
  images: imagesOf({ api: `api@sha256:${"1".repeat(64)}` }),
  secrets: { own: "scalelite", database: "scalelite-postgres", redis: "scalelite-redis" },
  recordings: { claim: "recordings" },
} satisfies ScaleliteFacts;

interface Container {
  readonly command?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly volumeMounts: readonly object[];
  readonly securityContext: object;
  readonly resources: { readonly limits: object };
  readonly readinessProbe: object;
  readonly livenessProbe: object;
}

interface Workload {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly object[] } } };
}

/** The container of a part, with all that a container may have. */
export function containerOf({ spec }: Workload): Container {
  return spec.template.spec.containers[0] as Container;
}
