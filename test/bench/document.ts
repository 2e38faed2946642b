import { plainDocument } from "../unit/stacks/fixtures.ts";

/**
 * The local document with so many hosts, at least ten, behind floating IPs: three servers, a worker and a relay for every twenty,
 * and bbb for the rest. Relays and bbb hosts have rules for each other's addresses, so that rules grow with hosts.
 */
export function documentOf(hosts: number): unknown {
  const document = structuredClone(plainDocument()) as ReturnType<typeof plainDocument> & Grown;
  const others = Math.ceil(hosts / 20);
  const { bbb, worker } = document.roles;
  bbb.hosts = named("bbb", hosts - 3 - 2 * others);
  worker.hosts = named("worker", others);
  document.roles.turn = { flavor: "m1.small", publicAddress: true, hosts: named("turn", others) };
  document.sites.local.cidr = "10.20.0.0/16";
  return document;
}

interface Grown {
  readonly sites: { readonly local: { cidr: string } };
  readonly roles: { readonly bbb: { hosts: object }; readonly worker: { hosts: object }; turn?: object };
}

function named(role: string, count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${role}-${index + 1}`, {}]));
}
