import { plainDocument } from "../unit/stacks/fixtures.ts";

/** The local document with so many hosts. */
export function documentOf(hosts: number): unknown {
  return grown(plainDocument(), hosts);
}

/** Fewest hosts that there is an estate of. */
export const fewestHosts = 10;

/**
 * A local document with so many hosts, at least ten, behind floating IPs: three servers, a worker and a relay for every twenty,
 * and bbb for the rest. Relays and bbb hosts have rules for each other's addresses, so that rules grow with hosts.
 *
 * A host has an hour to join, so that a slow machine is measured, and not refused; none waits after it has.
 */
export function grown<Document extends object>(local: Document, hosts: number): Document {
  const document = structuredClone(local) as Document & Grown;
  const others = Math.ceil(hosts / 20);
  const { roles, sites } = document;
  roles.bbb.hosts = named("bbb", hosts - 3 - 2 * others);
  roles.worker.hosts = named("worker", others);
  roles.turn = { flavor: "m1.small", publicAddress: true, hosts: named("turn", others) };
  const rollout = { joinMinutes: 60, drainMinutes: 4, soakMinutes: 0 };
  for (const role of Object.values(roles)) Object.assign(role, { rollout });
  sites.local.cidr = "10.20.0.0/16";
  return document;
}

interface Grown {
  readonly sites: { readonly local: { cidr: string } };
  readonly roles: {
    readonly orchestrator: object;
    readonly bbb: { hosts: object };
    readonly worker: { hosts: object };
    turn?: object;
  };
}

function named(role: string, count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${role}-${index + 1}`, {}]));
}
