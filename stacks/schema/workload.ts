/**
 * What can run on a host, in the order in which it is built and replaced. A role runs one or more of them; `recordings`
 * has the store that bbb and scalelite share; `pods` takes whatever has no hosts of its own.
 */
export const workloads = [
  "orchestrator",
  "recordings",
  "turn",
  "bbb",
  "greenlight",
  "scalelite",
  "monitoring",
  "pods",
] as const;

export type Workload = (typeof workloads)[number];

/** What a role runs: what it says, or what its name says. */
export function runsOf(
  name: string,
  { runs }: { readonly runs?: readonly Workload[] | undefined },
): readonly Workload[] {
  return runs ?? workloads.filter((workload) => workload === name);
}

/** Workloads that run as pods on the hosts that take any, where they have no hosts of their own. */
const homeless: readonly Workload[] = ["greenlight", "scalelite", "monitoring"];

/** Whose hosts run a workload, of what the hosts of each run: names, sorted. */
export function namesRunning(runs: Readonly<Record<string, readonly Workload[]>>, workload: Workload): string[] {
  const names = Object.keys(runs).sort();
  const running = (wanted: Workload) => names.filter((name) => runs[name]?.includes(wanted));
  const own = running(workload);
  return own.length > 0 || !homeless.includes(workload) ? own : running("pods");
}

/** What the hosts of a role run, in a sentence that `workloadsToldBy` reads. */
export function tellWorkloads(role: string, runs: readonly Workload[]): string {
  return runs.length > 0 ? `Hosts of the role ${role}, which run ${runs.join(", ")}` : `Hosts of the role ${role}`;
}

/** The workloads that such a sentence names; none of any other text. */
export function workloadsToldBy(text: string): Workload[] {
  const named = /^Hosts of the role \S+, which run (.+)$/.exec(text)?.[1]?.split(", ") ?? [];
  return workloads.filter((workload) => named.includes(workload));
}
