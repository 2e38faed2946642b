import { hostsOf, type Role } from "../../stacks/schema/role.ts";
import { runsOf } from "../../stacks/schema/workload.ts";

/** The names of the hosts that run bbb, of a document. */
export function bbbHosts({ roles }: { readonly roles: Readonly<Record<string, Role>> }): string[] {
  return Object.entries(roles)
    .filter(([name, role]) => runsOf(name, role).includes("bbb"))
    .flatMap(([name, role]) => Object.keys(hostsOf(name, role)))
    .sort();
}
