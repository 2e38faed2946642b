import { isIPv4 } from "node:net";
import { contains } from "../../../stacks/cidr.ts";
import type { EstateFacts, HostFacts } from "../../../stacks/facts.ts";
import { groupsOfHost, type SecurityRule } from "../../../stacks/securityRules.ts";
import type { Resolve } from "../addresses.ts";
import type { Peer, Peers } from "./peers.ts";

/** Somebody whom the check calls, and whether security groups let it. */
export interface Way extends Peer {
  /** None where the name leads nowhere from here. */
  readonly addresses: readonly string[];
  /** Those that no rule opens. */
  readonly closed: readonly string[];
}

/** Everybody whom the check must reach. */
export interface Reach {
  /** Out of the host: `network.downloads` of the document opens them. */
  readonly out: readonly Way[];
  /** Into the orchestrator's API by its public name: `admins.cidrs` opens it. */
  readonly into: readonly Way[];
  readonly unknown: readonly string[];
}

type Facts = Pick<EstateFacts, "rules" | "network" | "api">;

/**
 * Whether security groups let a pod of a host reach all of them. Its packets leave with the host's address.
 *
 * The engine calls the API by its public name. On a network of the cloud that leads to addresses that hosts may call. In mode private it
 * leads out, to floating IPs, and back in: which is open to administrators alone.
 */
export async function reachOf(facts: Facts, host: HostFacts, known: Peers, resolve: Resolve): Promise<Reach> {
  const { network, api } = facts;
  const around = network.mode === "private";
  const engine = { what: "the orchestrator's API, for the engine", server: { host: api.name, port: api.port } };
  const groups = groupsOfHost(host);
  const out = [...merged(known.peers), ...(around ? [engine] : [])].map(async (peer) =>
    wayOf(peer, peer.server.host, resolve, (address) => lets(facts.rules, "egress", groups, peer.server.port, address)),
  );
  const caller = { what: `${host.name}, which calls ${api.name} from this address`, server: engine.server };
  const into = [caller].map(async (peer) =>
    wayOf(peer, host.names.announced, resolve, (address) => admits(facts, host, address)),
  );
  return {
    out: await Promise.all(out),
    // servers of the orchestrator have floating IPs in that mode
    into: around ? await Promise.all(into) : [],
    unknown: known.unknown,
  };
}

async function wayOf(peer: Peer, name: string, resolve: Resolve, isOpen: (address: string) => boolean): Promise<Way> {
  const addresses = (await resolve(name)).filter((address) => isIPv4(address));
  return { ...peer, addresses, closed: addresses.filter((address) => !isOpen(address)) };
}

/** Services that are at one server are one. */
function merged(peers: readonly Peer[]): Peer[] {
  const servers = new Map<string, Peer>();
  for (const { what, server } of peers) {
    const key = `${server.host} ${server.port}`;
    const before = servers.get(key);
    servers.set(key, { server, what: before ? `${before.what}, ${what}` : what });
  }
  return [...servers.values()];
}

function lets(
  rules: readonly SecurityRule[],
  direction: SecurityRule["direction"],
  groups: readonly string[],
  port: number,
  address: string,
): boolean {
  return rules.some(
    (rule) =>
      groups.includes(rule.group) &&
      rule.direction === direction &&
      rule.protocol === "tcp" &&
      rule.from <= port &&
      port <= rule.to &&
      "cidr" in rule.remote &&
      contains(rule.remote.cidr, address),
  );
}

/** Through a load balancer by its own list of callers, else by the groups of the servers. */
function admits({ rules, api }: Facts, host: HostFacts, address: string): boolean {
  if (api.loadBalancer) return api.loadBalancer.callers.some((cidr) => contains(cidr, address));
  return lets(rules, "ingress", groupsOfHost(host), api.port, address);
}

/** What to write into the document so that the check reaches all of them; nothing if it does. */
export function reachRefusal({ out, into }: Reach): string | undefined {
  const opened = out.flatMap(({ what, server: { host, port }, closed }) =>
    closed.map((address) => ({ entry: `{ cidr: ${address}/32, port: ${port} }`, why: `${what} (${host})` })),
  );
  const admitted = into.flatMap(({ what, closed }) => closed.map((address) => ({ entry: `${address}/32`, why: what })));
  if (opened.length + admitted.length === 0) return undefined;
  const lines = (list: typeof opened) => list.map(({ entry, why }, at) => `    drift-${at + 1}: ${entry} # ${why}`);
  return [
    "security groups would not let the check reach what it calls. Write this into the document, with a wider range where a name has addresses that change, and roll it out; it replaces no host:",
    ...(opened.length > 0 ? ["  network.downloads:", ...lines(opened)] : []),
    ...(admitted.length > 0 ? ["  admins.cidrs:", ...lines(admitted)] : []),
  ].join("\n");
}

/** Comment lines: whom the check calls, and which setting of the document lets it. */
export function reachText({ out, into, unknown }: Reach): string {
  const line = ({ what, server: { host, port }, addresses }: Way) =>
    `#   ${what}: ${host} port ${port}, ${addresses.join(", ") || "A NAME THAT LEADS NOWHERE FROM HERE: see to it that it is open"}`;
  return [
    "# The check calls these by TCP. Hosts may call what network.downloads of the document names, and nothing else outside. As of now",
    "# each address is open; one that changes must be written there again:",
    ...out.map(line),
    ...(into.length > 0 ? ["# It calls the orchestrator's API from outside, so admins.cidrs must have:"] : []),
    ...into.map(({ what, addresses }) => `#   ${what}: ${addresses.join(", ") || "NOT KNOWN HERE"}`),
    ...(unknown.length > 0 ? ["# NOT KNOWN HERE, and so not looked at:", ...unknown.map((one) => `#   ${one}`)] : []),
  ].join("\n");
}
