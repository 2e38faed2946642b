import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { stringify } from "yaml";
import { type Cluster, until } from "./cluster.ts";
import type { Host } from "./host.ts";

/** A pod, in whose network somebody answers: it tells who asks. */
export interface Answering {
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly host: Host;
}

const port = 8080;
const answers = `require("node:http").createServer((asked, answer) => answer.end(process.argv[1] + " " + asked.socket.remoteAddress))
  .listen(${port}, "0.0.0.0", () => console.log("ready"))`;
const programs: ChildProcess[] = [];

/** One pod of an app on each agent, with a Service before them. No program of theirs runs: one of the test does, in their networks. */
export async function everywhere(
  cluster: Cluster,
  app: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<readonly [Answering, Answering]> {
  const pod = {
    nodeSelector: { "estate.test/role": "bbb" },
    tolerations: [{ key: "dedicated", operator: "Exists" }],
    ...{ terminationGracePeriodSeconds: 1, automountServiceAccountToken: false },
    containers: [
      { name: "main", image: "example.test/none:1", ports: [{ name: "http", containerPort: port, protocol: "TCP" }] },
    ],
  };
  const template = { metadata: { labels: { app, ...labels } }, spec: pod };
  const ports = [{ port: 80, targetPort: "http" }];
  const objects = [
    {
      ...{ apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: app } },
      spec: { selector: { matchLabels: { app } }, template },
    },
    { apiVersion: "v1", kind: "Service", metadata: { name: app }, spec: { selector: { app }, ports } },
  ];
  await cluster.kubectl(["apply", "-f", "-"], { input: objects.map((object) => stringify(object)).join("---\n") });
  const found = () => podsOn(cluster, app);
  await until(`both pods of ${app} are ready`, 90, async () => Object.keys(await found()).length === 2);
  const { a1, a2 } = await found();
  if (!a1 || !a2) throw new Error(`a pod of ${app} has gone`);
  await Promise.all([a1, a2].map(answer));
  return [a1, a2];
}

/** The pods of an app that are ready, by the names of their hosts. */
export async function podsOn(cluster: Cluster, app: string): Promise<Readonly<Record<string, Answering>>> {
  const list = JSON.parse(await cluster.kubectl(["get", "pods", "-l", `app=${app}`, "-o", "json"])) as {
    readonly items: readonly {
      readonly metadata: { readonly name: string; readonly uid: string };
      readonly spec: { readonly nodeName: string };
      readonly status: {
        readonly podIP?: string;
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      };
    }[];
  };
  const hosts = [cluster.agent, cluster.other];
  return Object.fromEntries(
    list.items.flatMap(({ metadata: { name, uid }, spec, status: { podIP: ip, conditions } }) => {
      const ready = conditions?.some(({ type, status }) => type === "Ready" && status === "True");
      const host = hosts.find(({ name }) => name === spec.nodeName);
      return ready && ip && host ? [[host.name, { name, uid, ip, host }] as const] : [];
    }),
  );
}

const networkOf = ({ uid, host }: Answering) => `--net=${join(host.root, "run/netns", `pod-${uid}`)}`;

async function answer(pod: Answering): Promise<void> {
  const program = spawn("nsenter", [networkOf(pod), process.execPath, "-e", answers, pod.name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  programs.push(program);
  await once(program.stdout, "data");
}

/** Nobody answers any more. */
export function silence(): void {
  for (const program of programs.splice(0)) program.kill();
}

/** Runs a shell script in a pod's network; gives what it prints, also where it fails. */
export async function inPod(pod: Answering, script: string): Promise<string> {
  return (await execa("nsenter", [networkOf(pod), "sh", "-c", script], { reject: false })).stdout;
}

/** What asks a pod, and prints as whom it was seen: nothing when nobody answers. */
export const asks = (address: string) => `curl -s --max-time 2 http://${address}/ | cut -d ' ' -f 2`;

/**
 * Asks again until the answer is as expected, since rules take a moment; returns the last answer. kube-proxy tries what the kernel refused
 * again after 30 seconds.
 */
export async function settled(expected: string, ask: () => Promise<string>, seconds = 45): Promise<string> {
  for (const end = Date.now() + seconds * 1000; ; await sleep(300)) {
    const said = await ask();
    if (said === expected || Date.now() > end) return said;
  }
}
