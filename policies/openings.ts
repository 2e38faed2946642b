import type { PolicyResource } from "@pulumi/policy";
import { applicationPorts, ports } from "../stacks/ports.ts";
import { namesRunning, type Workload, workloadsToldBy } from "../stacks/schema/workload.ts";
import type { OpenRule } from "./judgements.ts";
import { known } from "./rule.ts";

/** What the catalogue opens to everyone, applications' ports too: the pack does not see which of them run. */
const openings = [...ports, ...Object.values(applicationPorts).flat()].filter(({ sources }) =>
  sources.includes("world"),
);

/** A security group, and what its hosts run. */
export interface OpenGroup {
  readonly urn: string;
  /** Its name in the stack. */
  readonly name: string;
  readonly runs: readonly Workload[];
}

/** The security groups of a stack. What the hosts of each run is in its description, which is known before it is there. */
export function groupsIn(resources: readonly Pick<PolicyResource, "type" | "name" | "urn" | "props">[]): OpenGroup[] {
  return resources
    .filter(({ type }) => type === "openstack:networking/secGroup:SecGroup")
    .map(({ urn, name, props }) => ({
      urn,
      name,
      runs: workloadsToldBy(known(() => String(props.description)) ?? ""),
    }));
}

/** The group that a rule is for. In a preview its id is unknown; what it comes from is not. */
export function groupOf(
  { propertyDependencies }: Pick<PolicyResource, "propertyDependencies">,
  groups: readonly OpenGroup[],
): OpenGroup | undefined {
  const from = (propertyDependencies.securityGroupId ?? []).map(({ urn }) => urn);
  return groups.find(({ urn }) => from.includes(urn));
}

/** Whether the catalogue opens the ports of a rule to everyone: on any host; or on those of a group, of all that there are. */
export function isOpened(
  { protocol, portRangeMin: from, portRangeMax: to }: OpenRule,
  group?: OpenGroup,
  groups: readonly OpenGroup[] = [],
): boolean {
  const runs = Object.fromEntries(groups.map((one) => [one.urn, one.runs]));
  return openings
    .filter((port) => port.protocol === protocol && port.from === from && port.to === to)
    .some(({ on }) => !group || (on !== "hosts" && namesRunning(runs, on).includes(group.urn)));
}

/** Whether a load balancer may take a port for everyone: what stands before the ingress does. */
export function mayListenOn(protocol: string, port: number): boolean {
  const own = applicationPorts.ingress ?? [];
  return (
    protocol !== "UDP" && own.some(({ sources, from, to }) => sources.includes("world") && from <= port && port <= to)
  );
}
