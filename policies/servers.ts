import type { PolicyResource } from "@pulumi/policy";
import { known, type Violation } from "./rule.ts";

type Seen = Pick<PolicyResource, "type" | "name" | "urn" | "props"> & {
  readonly dependencies: readonly Pick<PolicyResource, "urn">[];
  readonly propertyDependencies: Readonly<Record<string, readonly Pick<PolicyResource, "urn">[]>>;
};

/** A server, and the hosts of its own role that must be ready before it is touched. */
export interface Server {
  readonly urn: string;
  readonly name: string;
  readonly role: string | undefined;
  /** Names of servers for whose `-ready` gate it waits. */
  readonly waitsFor: readonly string[];
  /** Names of servers on which it depends itself: to wait for a server is not to wait until it is ready. */
  readonly dependsOn: readonly string[];
}

export function serversOf(resources: readonly Seen[]): Server[] {
  const servers = resources.filter(({ type }) => type === "openstack:compute/instance:Instance");
  const roles = new Map(servers.map((server) => [server.urn, roleOf(server)]));
  const names = new Map(servers.map(({ urn, name }) => [urn, name]));
  const gates = new Map(
    resources
      .filter(({ type, name }) => type === "command:local:Command" && name.endsWith("-ready"))
      .map(({ urn, propertyDependencies: { triggers = [] } }) => [
        urn,
        triggers.find((one) => names.has(one.urn))?.urn,
      ]),
  );
  return servers.map((server) => {
    const role = roles.get(server.urn);
    const own = (urn: string | undefined) =>
      urn !== undefined && urn !== server.urn && roles.get(urn) === role ? [names.get(urn) ?? ""] : [];
    return {
      ...{ urn: server.urn, name: server.name, role },
      waitsFor: server.dependencies.flatMap(({ urn }) => own(gates.get(urn))),
      dependsOn: server.dependencies.flatMap(({ urn }) => own(urn)),
    };
  });
}

function roleOf({ props }: Seen): string | undefined {
  return known(() => (props.metadata as { readonly role?: string } | undefined)?.role);
}

/**
 * Where a row of gates is broken. A host may be without one before it: whether it is new, and so waits for nobody, an analyzer cannot
 * see. `estate preview` and `estate up` can, and refuse a plan in which more hosts of a pool are away than its width.
 */
export function forked(found: readonly Server[]): Violation[] {
  // the engine tells resources as they come, each time in another order
  const servers = found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const cure = "have it depend on the -ready gate of the host before it in its pool (components/hostPool.ts)";
  return servers.flatMap(({ urn, name, role, waitsFor, dependsOn }) => [
    ...dependsOn.map((other) => ({
      ...{ urn, what: name },
      message: `the server ${name} waits for the server ${other}, and not until that is ready: ${cure}`,
    })),
    ...waitsFor.flatMap((before) => {
      const [first] = servers
        .filter((one) => one.role === role && one.waitsFor.includes(before))
        .map((one) => one.name);
      if (first === undefined || first === name) return [];
      const message = `the servers ${first} and ${name} both wait for ${before}, and would be replaced at the same time: ${cure}`;
      return [{ urn, what: name, message }];
    }),
  ]);
}
