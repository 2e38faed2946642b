import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { stringify } from "yaml";
import type { Cluster } from "./cluster.ts";
import type { Host } from "./host.ts";

/** A pod that runs: it tells who asks it (traefik/whoami). */
export interface Running {
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly host: Host;
}

/** One pod on each agent, with a Service before them. */
export function everywhere(app: string, labels: Readonly<Record<string, string>> = {}): string {
  const probe = { httpGet: { path: "/health", port: "http" }, periodSeconds: 1 };
  const container = {
    ...{ name: "main", image: "docker.io/traefik/whoami:v1.11.0", args: ["--port", "8080"] },
    ports: [{ name: "http", containerPort: 8080 }],
    ...{ readinessProbe: { ...probe, failureThreshold: 1 }, livenessProbe: { ...probe, failureThreshold: 4 } },
  };
  const pod = {
    nodeSelector: { "estate.test/role": "bbb" },
    tolerations: [{ key: "dedicated", operator: "Exists" }],
    terminationGracePeriodSeconds: 2,
    securityContext: { runAsNonRoot: true, runAsUser: 65_532 },
    ...{ automountServiceAccountToken: false, containers: [container] },
  };
  const template = { metadata: { labels: { app, ...labels } }, spec: pod };
  const spec = { selector: { matchLabels: { app } }, template };
  const ports = [{ port: 80, targetPort: "http" }];
  return [
    { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: app }, spec },
    { apiVersion: "v1", kind: "Service", metadata: { name: app }, spec: { selector: { app }, ports } },
  ]
    .map((object) => stringify(object))
    .join("---\n");
}

/** The pods of an app that are ready, by the names of their hosts. */
export async function podsOf(cluster: Cluster, app: string): Promise<Readonly<Record<string, Running>>> {
  const list = JSON.parse(await cluster.kubectl(["get", "pods", "-l", `app=${app}`, "-o", "json"])) as {
    readonly items: readonly {
      readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
      readonly spec: { readonly nodeName: string };
      readonly status: {
        readonly podIP?: string;
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      };
    }[];
  };
  const hosts = [...cluster.servers, cluster.agent, cluster.other];
  return Object.fromEntries(
    list.items.flatMap(({ metadata, spec, status }) => {
      const ready = status.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
      const host = hosts.find(({ name }) => name === spec.nodeName);
      if (!ready || !status.podIP || !host || metadata.deletionTimestamp) return [];
      return [[host.name, { name: metadata.name, uid: metadata.uid, ip: status.podIP, host }] as const];
    }),
  );
}

/** Runs a shell script in a pod's network. */
export async function inPod({ uid, host }: Running, script: string): Promise<string> {
  const namespace = join(host.root, "run/netns", `pod-${uid}`);
  return (await execa("nsenter", [`--net=${namespace}`, "sh", "-ec", script], { reject: false })).stdout;
}

/** What asks a pod of whoami, and prints as whom it was seen: nothing when nobody answers. */
export const asks = (url: string) =>
  `curl -s --max-time 2 http://${url}/ | sed -n 's/^RemoteAddr: \\(.*\\):[0-9]*$/\\1/p'`;

/** Asks again until the answer is as expected, since rules take a moment; returns the last answer. */
export async function settled(expected: string, ask: () => Promise<string>, seconds = 20): Promise<string> {
  for (const end = Date.now() + seconds * 1000; ; await sleep(300)) {
    const answer = await ask();
    if (answer === expected || Date.now() > end) return answer;
  }
}
