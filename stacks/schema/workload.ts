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
