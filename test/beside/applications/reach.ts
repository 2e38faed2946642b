/** Which pod reaches which, tried with packets from each pod's own network. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { names } from "../../../local/network/names.ts";
import { project } from "../../../local/place.ts";
import type { Attempt } from "../../engine/reach/attempt.ts";

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly hostNetwork?: boolean;
    readonly nodeName?: string;
    readonly containers: readonly { readonly ports?: readonly { containerPort: number; protocol?: string }[] }[];
  };
  readonly status: { readonly phase: string; readonly podIP?: string };
}

/** Pods that try at the same time. */
const atOnce = 4;
/** Nothing of the estate listens there. */
const nobodys = 9;

/** What a pod is in a sentence: its application, or whose instance of it, and which part. */
function partOf({ metadata: { name, labels = {} } }: Pod): string {
  const label = (key: string) => labels[`app.kubernetes.io/${key}`];
  return [label("instance") ?? label("name") ?? name, label("component") ?? []].flat().join("/");
}

/**
 * Every TCP port of every pod, and one that is nobody's, from every pod: `from -> to:port` for those that get through, whether somebody
 * listens there or not. Pods of the same part are one.
 *
 * @param servers ids of the hosts, by name
 */
export async function reachedBy(pods: readonly Pod[], servers: Readonly<Record<string, string>>): Promise<string[]> {
  const own = pods.filter(({ spec, status }) => !spec.hostNetwork && status.phase === "Running");
  const doors = own.flatMap((pod) => {
    const ports = pod.spec.containers.flatMap(({ ports = [] }) => ports);
    const tcp = ports.filter(({ protocol = "TCP" }) => protocol === "TCP").map(({ containerPort }) => containerPort);
    return [nobodys, ...tcp].map((port) => ({ pod, port }));
  });
  const reachedFrom = async (from: Pod) => {
    const others = doors.filter(({ pod }) => pod !== from);
    const answers = await ask(await networkOf(from, servers), others);
    return others.flatMap(({ pod, port }, index) =>
      answers[index] ? [`${partOf(from)} -> ${partOf(pod)}:${port}`] : [],
    );
  };
  const reached: string[] = [];
  // each waits for as long as nobody answers: on a busy machine too many at once would not hear in time who does
  for (let next = 0; next < own.length; next += atOnce)
    reached.push(...(await Promise.all(own.slice(next, next + atOnce).map(reachedFrom))).flat());
  return [...new Set(reached)].sort();
}

/** The network namespace of a pod, as a path: it stands in the host's own file system. */
async function networkOf({ metadata, spec }: Pod, servers: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await execa("ip", ["netns", "pids", names.host(servers[spec.nodeName ?? ""] ?? "")]);
  const paths = stdout.split("\n").map((id) => `/proc/${id}/root/run/netns/pod-${metadata.uid}`);
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error(`${metadata.name} has no network on ${spec.nodeName}`);
  return found;
}

async function ask(network: string, doors: readonly { pod: Pod; port: number }[]): Promise<readonly boolean[]> {
  const attempts = doors.map(({ pod, port }): Attempt => {
    return { protocol: "tcp", address: pod.status.podIP ?? "", port };
  });
  const program = ["node", join(project, "test/engine/reach/ask.ts")];
  const { stdout } = await execa("nsenter", [`--net=${network}`, ...program], { input: JSON.stringify(attempts) });
  return JSON.parse(stdout) as boolean[];
}
