import type { EstateFacts, HostFacts } from "../../stacks/facts.ts";
import { hostsOf, type Role } from "../../stacks/schema/role.ts";
import { runsOf, type Workload } from "../../stacks/schema/workload.ts";

type Roles = { readonly roles: Readonly<Record<string, Role>> };

/** The roles of a document whose hosts run a workload. */
export function rolesOf({ roles }: Roles, workload: Workload): string[] {
  return Object.keys(roles)
    .filter((name) => runsOf(name, roles[name] ?? {}).includes(workload))
    .sort();
}

/** The names of a role's hosts. */
export function hostNames({ roles }: Roles, role: string): string[] {
  const spec = roles[role];
  return spec ? Object.keys(hostsOf(role, spec)) : [];
}

/** The hosts that run a workload, in the order in which they are replaced. */
export function hostsRunning({ pools }: Pick<EstateFacts, "pools">, workload: Workload): HostFacts[] {
  return pools.filter(({ runs }) => runs.includes(workload)).flatMap(({ hosts }) => [...hosts]);
}

/** The addresses of a host. */
export interface Addresses {
  readonly fixed: string;
  readonly announced: string;
}

/**
 * What a TURN server relays to. A browser names a bbb host by the address it announces, and bbb may offer its own one too; where both are one,
 * it is there once.
 */
export function peersOf(bbb: readonly Addresses[]): string[] {
  return [...new Set(bbb.flatMap(({ fixed, announced }) => [fixed, announced]))].sort();
}
