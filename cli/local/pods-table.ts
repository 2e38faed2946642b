import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../../local/place.ts";
import { table } from "../table.ts";
import { inside } from "./enter.ts";

/** A pod, and whether its programs run here. */
export interface PodRow {
  /** With its namespace before it. */
  readonly name: string;
  /** Empty while no host has it. */
  readonly host: string;
  /** `runs`: its programs are processes of the host. `played`: KWOK or k3s says that they run. `waits`: for a host, or to begin. */
  readonly programs: "runs" | "played" | "waits";
  /** Why it is played. */
  readonly reason: string;
}

/** What is known of the pods of a stack. */
export interface Pods {
  readonly rows: readonly PodRow[];
  /** Why nothing is known of them. */
  readonly unknown?: string;
}

/** Of a pod as the API tells of it, what is read here. */
export interface PodFacts {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** Asks the orchestrator for its pods, where the stack has one. It may take 5 s to say nothing. */
export async function askForPods(here: Place): Promise<Pods> {
  if (!existsSync(join(here.data, "kubeconfig"))) return { rows: [] };
  const command = ["kubectl", "get", "pods", "--all-namespaces", "--output", "json", "--request-timeout=5s"];
  const answer = await inside(here, command);
  if (answer.failed) {
    const said = String(answer.stderr).trim().split("\n").at(-1) ?? "";
    return { rows: [], unknown: `the orchestrator does not answer: ${said}` };
  }
  const { items } = JSON.parse(String(answer.stdout)) as { readonly items: readonly PodFacts[] };
  return { rows: items.map(podRow).sort((a, b) => a.name.localeCompare(b.name)) };
}

/** What the pod's own host says of it (`local/kubernetes/kubelet`), and of static pods that k3s plays them. */
export function podRow({ metadata, spec, status }: PodFacts): PodRow {
  const pod = { name: `${metadata.namespace}/${metadata.name}`, host: spec.nodeName ?? "" };
  if (metadata.annotations?.["kubernetes.io/config.mirror"])
    return { ...pod, programs: "played", reason: "a static pod, which k3s itself plays" };
  const told = status.conditions?.find(({ type }) => type === "estate.local/Runs");
  if (told === undefined) return { ...pod, programs: "waits", reason: "" };
  return { ...pod, programs: told.status === "True" ? "runs" : "played", reason: told.message ?? "" };
}

/** The pods as text: nothing where there are none. */
export function describePods({ rows, unknown }: Pods): string[] {
  if (unknown !== undefined) return [`Of pods nothing is known: ${unknown}`];
  if (rows.length === 0) return [];
  const cells = rows.map(({ name, host, programs, reason }) => [name, host, programs, reason]);
  return [table(["POD", "HOST", "PROGRAMS", "REASON"], cells)];
}
