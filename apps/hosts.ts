import type { EstateFacts, HostFacts } from "../stacks/facts.ts";
import { hostsOf, type Role } from "../stacks/schema/role.ts";
import { runsOf, type Workload } from "../stacks/schema/workload.ts";

/** What of a document says which hosts there are. */
interface Roles {
  readonly roles: Readonly<Record<string, Role>>;
}

/** The names of roles whose hosts run a workload, of a document; sorted. */
export function rolesRunning({ roles }: Roles, workload: Workload): string[] {
  return Object.keys(roles)
    .filter((name) => runsOf(name, roles[name] ?? {}).includes(workload))
    .sort();
}

/** The names of the hosts that run a workload, of a document; sorted. */
export function hostNamesRunning({ roles }: Roles, workload: Workload): string[] {
  return Object.entries(roles)
    .filter(([name, role]) => runsOf(name, role).includes(workload))
    .flatMap(([name, role]) => Object.keys(hostsOf(name, role)))
    .sort();
}

/** The hosts that run a workload, in the order in which they are replaced. */
export function hostsRunning({ pools }: Pick<EstateFacts, "pools">, workload: Workload): HostFacts[] {
  return pools.filter(({ runs }) => runs.includes(workload)).flatMap(({ hosts }) => [...hosts]);
}
