import type { Consul } from "./client.ts";

/** How a service is, as Consul says it. */
export type Status = "passing" | "warning" | "critical";

export interface SeenCheck {
  readonly status: Status;
  /** What was seen, for people. */
  readonly output: string;
}

export interface SeenService {
  readonly service: string;
  readonly port: number;
  /** Empty where it has that of the host. */
  readonly address: string;
  /** By the check's id. */
  readonly checks: Readonly<Record<string, SeenCheck>>;
}

/** A host of ours, as Consul has it. */
export interface SeenNode {
  readonly address: string;
  readonly meta: Readonly<Record<string, string>>;
  /** By the service's id. */
  readonly services: Readonly<Record<string, SeenService>>;
}

/** By this, in a node's metadata, what is ours is told from what others registered, which is never touched. */
export const mark = { managed_by: "estate" } as const;

type Named = { readonly Node: string; readonly Address: string; readonly Meta: Record<string, string> | null };
type Given = { readonly ID: string; readonly Service: string; readonly Port: number; readonly Address?: string };
type Check = { readonly CheckID: string; readonly ServiceID: string; readonly Status: Status; readonly Output: string };

/** What Consul has of ours, by the names of hosts. @throws Error when it does not tell all of it: then nothing may be done */
export async function seenBy(consul: Consul): Promise<ReadonlyMap<string, SeenNode>> {
  const nodes = (await consul.get("/v1/catalog/nodes")) as Named[];
  const seen = new Map<string, SeenNode>();
  for (const { Node, Address, Meta } of nodes) {
    if (Meta?.managed_by !== mark.managed_by) continue;
    const name = encodeURIComponent(Node);
    // nothing where the node went away between the two
    const given = (await consul.get(`/v1/catalog/node-services/${name}`)) as { readonly Services: Given[] } | null;
    const checks = (await consul.get(`/v1/health/node/${name}`)) as Check[];
    const services = (given?.Services ?? []).map(({ ID, Service, Port, Address }) => {
      const own = checks.filter(({ ServiceID }) => ServiceID === ID);
      const told = own.map(({ CheckID, Status, Output }) => [CheckID, { status: Status, output: Output }]);
      return [ID, { service: Service, port: Port, address: Address ?? "", checks: Object.fromEntries(told) }] as const;
    });
    seen.set(Node, { address: Address, meta: Meta, services: Object.fromEntries(services) });
  }
  return seen;
}
