import { createHash } from "node:crypto";
import { join } from "node:path";
import { programIn } from "../../stacks/scripts.ts";
import { versions } from "../../stacks/versions.ts";
import { budgetOf, deploymentOf, metadataOf, serviceOf } from "../manifests.ts";
import type { PublicRules } from "./service/public.ts";

const name = "feedback";

/** Where containers find what they need. */
const folders = { program: "/app", secrets: "/secrets" } as const;

/** What the page does, from the document. */
export interface FeedbackSettings {
  readonly replicas: number;
  readonly next?: string | undefined;
  readonly commentCharacters: number;
  readonly keepMeetings: boolean;
  readonly checksums: PublicRules["algorithms"];
  readonly perMinuteOfOne: number;
  readonly perMinute: number;
}

/** The service's program, file by file. */
export function readProgram(): Readonly<Record<string, string>> {
  return programIn(join(import.meta.dirname, "service"));
}

/** What the service is told. */
export function rulesOf(settings: FeedbackSettings, hosts: readonly string[]): PublicRules {
  const { next, commentCharacters, keepMeetings, checksums, perMinute, perMinuteOfOne } = settings;
  return {
    ...{ commentCharacters, keepMeetings, algorithms: checksums, hosts: [...hosts].sort(), behindProxy: true },
    ...(next === undefined ? {} : { next }),
    limit: { perCaller: perMinuteOfOne, inAll: perMinute },
  };
}

/**
 * ConfigMap: the program and its settings. Node runs TypeScript as it is, so the program is read here as it is in the repository, and
 * needs neither an image of ours nor a registry to have it in; a preview shows what changes of it. The name has the hash of all
 * of it: a new one is another ConfigMap, which new pods take while the old ones still have theirs.
 */
export function feedbackProgram(program: Readonly<Record<string, string>>, rules: PublicRules) {
  const data: Readonly<Record<string, string>> = {
    ...program,
    "settings.json": `${JSON.stringify(rules, undefined, 1)}\n`,
  };
  const hash = createHash("sha256")
    .update(JSON.stringify(Object.entries(data).sort()))
    .digest("hex")
    .slice(0, 10);
  return { metadata: metadataOf(`${name}-${hash}`, name), immutable: true, data };
}

/** Deployment: Node with the program of a ConfigMap, and the secrets as files that are read anew. */
export function feedbackDeployment({ replicas, program }: { readonly replicas: number; readonly program: string }) {
  const health = { path: "/health", port: "private" };
  return deploymentOf({
    ...{ name, replicas },
    pod: {
      containers: [
        {
          ...{ name, image: versions.node, command: ["node", `${folders.program}/main.ts`] },
          environment: {
            ...{ FEEDBACK_PORT: "8080", FEEDBACK_PRIVATE_PORT: "8081" },
            ...{ FEEDBACK_SETTINGS: `${folders.program}/settings.json`, FEEDBACK_SECRETS: folders.secrets },
          },
          ports: { http: { port: 8080 }, private: { port: 8081 } },
          cpu: { request: "20m", limit: "500m" },
          memory: { request: "64Mi", limit: "192Mi" },
          ready: health,
          mounts: { program: { path: folders.program }, secrets: { path: folders.secrets } },
        },
      ],
      volumes: { program: { configMap: program }, secrets: { secret: name } },
    },
  });
}

export function feedbackService() {
  return serviceOf(name, { http: 80, private: 8081 });
}

/** @param hosts so many take its pods */
export function feedbackBudget(replicas: number, hosts: number) {
  return budgetOf(name, replicas, hosts);
}

/** Secret: what signs links, and what lets the answers be read. */
export function feedbackSecret<Value>(stringData: Readonly<Record<"linkSecret" | "exportToken", Value>>) {
  return { metadata: metadataOf(name), stringData };
}
