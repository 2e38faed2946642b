/** What the port catalogue says of a connection, worked out without the rules that are made from it. */
import { BlockList } from "node:net";
import {
  applicationPorts,
  type Destination,
  destinations,
  type Party,
  type Port,
  ports,
} from "../../../stacks/ports.ts";
import type { Workload } from "../../../stacks/schema/workload.ts";

/** A host, or somebody outside. */
export type End =
  | { readonly kind: "host"; readonly runs: readonly Workload[]; readonly fixed: string; readonly announced: string }
  | { readonly kind: "admin" | "world" };

export interface Question {
  readonly from: End;
  readonly to: End & { readonly kind: "host" };
  /** Which of the addresses of the other end is used. */
  readonly via: "fixed" | "announced";
  readonly protocol: Port["protocol"];
  readonly port: number;
}

/** What an estate is, as far as the answer depends on it. */
export interface Circumstances {
  /** Whether announced addresses are floating IPs. */
  readonly translated: boolean;
  /** What all roles run. */
  readonly workloads: readonly Workload[];
  /** What may listen in it. */
  readonly catalogue: readonly Port[];
}

/** The catalogue's ports for the applications that run. */
export function catalogueWith(applications: readonly { readonly name: string }[]): readonly Port[] {
  return [...ports, ...applications.flatMap(({ name }) => applicationPorts[name] ?? [])];
}

export function expected(question: Question, circumstances: Circumstances): boolean {
  return admitted(question, circumstances) && letOut(question, circumstances);
}

/** Whether the host it goes to takes it. */
function admitted({ from, to, via, protocol, port }: Question, circumstances: Circumstances): boolean {
  // an address of the estate's own network leads nowhere from outside; without a floating IP it is the one that is announced, too
  if (from.kind !== "host" && circumstances.translated && to[via] === to.fixed) return false;
  return listening(protocol, port, circumstances).some((one) => {
    if (!isOne(to, one.on, circumstances)) return false;
    if (one.sources.includes("world")) return true;
    if (from.kind !== "host") return from.kind === "admin" && one.sources.includes("admins");
    return knows(one, via, circumstances) && one.sources.some((source) => isOne(from, source, circumstances));
  });
}

/** Whether the host it comes from may send it. */
function letOut({ from, to, via, protocol, port }: Question, circumstances: Circumstances): boolean {
  if (from.kind !== "host") return true;
  const arrow = listening(protocol, port, circumstances).some(
    (one) =>
      knows(one, via, circumstances) &&
      isOne(to, one.on, circumstances) &&
      one.sources.some((source) => isOne(from, source, circumstances)),
  );
  return (
    arrow ||
    destinations.some(
      ({ on, protocol: wanted, ports: [first, last] = [0, -1], to: where }) =>
        isOne(from, on, circumstances) &&
        wanted === protocol &&
        port >= first &&
        port <= last &&
        leadsTo(where, to, to[via], circumstances),
    )
  );
}

function listening(protocol: Port["protocol"], port: number, { catalogue }: Circumstances): readonly Port[] {
  return catalogue.filter(
    (one) => one.protocol === protocol && (protocol === "icmp" || (port >= one.from && port <= one.to)),
  );
}

/** Behind floating IPs a host is known by its group only on its own address, and media only by the announced one. */
function knows({ announced = false }: Port, via: Question["via"], { translated }: Circumstances): boolean {
  return !translated || announced === (via === "announced");
}

/** Whether an end is a host of that party. */
export function isOne(end: End, party: Party, { workloads }: Pick<Circumstances, "workloads">): boolean {
  if (end.kind !== "host" || party === "admins" || party === "world") return false;
  if (party === "hosts" || end.runs.includes(party)) return true;
  // what has no hosts of its own runs as pods
  return (
    ["greenlight", "scalelite", "monitoring"].includes(party) && !workloads.includes(party) && end.runs.includes("pods")
  );
}

function leadsTo(where: Destination["to"], to: Question["to"], address: string, circumstances: Circumstances): boolean {
  if ("announced" in where) return address === to.announced && isOne(to, where.announced, circumstances);
  return "cidrs" in where && where.cidrs.some((cidr) => within(cidr, address));
}

/** Whether an address is in a range. */
export function within(cidr: string, address: string): boolean {
  const [network = "", prefix = "32"] = cidr.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), "ipv4");
  return list.check(address, "ipv4");
}
