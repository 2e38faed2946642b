/** Event logs of previews, as the engine writes them: of what the program really registers, in the order its edges give. */
import { EventLog } from "../../../cli/up/events.ts";
import { deriveFacts, type EstateFacts } from "../../../stacks/facts.ts";
import { edgesOf, nameOf } from "../../graph/order.ts";
import { graph, readyUrn, serverUrn } from "../../graph/program.ts";
import type { Registered } from "../../graph/record.ts";
import { estate } from "../stacks/fixtures.ts";

/** What a preview does with one resource. What is not told of stays. */
export interface Told {
  readonly op: "replace" | "update" | "create" | "delete" | "same";
  /** Paths, each with the kind of its difference. */
  readonly paths?: Readonly<Record<string, string>>;
  readonly protect?: boolean;
}

/** Stands in every value of every event, before and after. It is never to be seen. */
export const value = "unique-value-of-a-secret";

const urnOf = (key: string) => `urn:pulumi:prod::estate::${key}`;

function metadata({ type, name, custom, inputs }: Registered, op: string, { paths = {}, protect }: Partial<Told> = {}) {
  const at = {
    type,
    urn: urnOf(`${type}::${name}`),
    ...(custom ? { custom } : {}),
    id: name,
    parent: "",
    provider: "",
  };
  const state = {
    ...{ ...at, ...(protect ? { protect } : {}) },
    ...{ inputs: { ...inputs, userData: value, password: value }, outputs: { stdout: value } },
  };
  const detailedDiff = Object.fromEntries(
    Object.entries(paths).map(([path, diffKind]) => [path, { diffKind, inputDiff: true }]),
  );
  return {
    ...{ op, urn: at.urn, type, old: op === "create" ? undefined : state, provider: "" },
    ...{ new: op.startsWith("delete") ? undefined : state, logical: !op.includes("-") },
    ...(op.startsWith("delete") || Object.keys(paths).length === 0 ? {} : { detailedDiff, diffs: Object.keys(paths) }),
  };
}

/** The events of a preview: all that may be registered together begins together, and ends before what waits for it begins. */
export function eventsOf(nodes: readonly Registered[], told: ReadonlyMap<string, Told>): object[] {
  const events: object[] = [];
  const step = (node: Registered, op: string, more?: Told) => {
    events.push({ resourcePreEvent: { planning: true, metadata: metadata(node, op, more) } });
    return () => events.push({ resOutputsEvent: { planning: true, metadata: metadata(node, op, more) } });
  };
  const done = new Set<string>();
  const waiting = new Set(nodes.filter((node) => told.get(nameOf(node))?.op !== "delete"));
  const known = new Set([...waiting].map(nameOf));
  while (waiting.size > 0) {
    const next = [...waiting].filter((node) => edgesOf(node).every((edge) => done.has(edge) || !known.has(edge)));
    if (next.length === 0) throw new Error("the program waits for itself");
    const ends = next.flatMap((node) => {
      const more = told.get(nameOf(node));
      if (more?.op !== "replace") return [step(node, more?.op ?? "same", more)];
      // gates are triggered by their server: they go before it
      const gates = nodes.filter(
        (one) => told.get(nameOf(one))?.op === "replace" && one.from.triggers?.includes(nameOf(node)),
      );
      for (const one of node.type.endsWith(":Instance") ? [...gates.toReversed(), node] : [])
        step(one, "delete-replaced")();
      step(node, "replace", more)();
      return [step(node, "create-replacement", more)];
    });
    for (const end of ends) end();
    for (const node of next) {
      waiting.delete(node);
      done.add(nameOf(node));
    }
  }
  for (const node of nodes) {
    const more = told.get(nameOf(node));
    if (more?.op === "delete") step(node, "delete", more)();
  }
  return events;
}

export const instance = (host: string) => `openstack:compute/instance:Instance::${host}`;
export const gate = (host: string, which: "drain" | "ready") => `command:local:Command::${host}-${which}`;

/** A host is replaced: its server and both gates. */
export function replaced(host: string, path = "imageId"): [string, Told][] {
  return [
    [instance(host), { op: "replace", paths: { [path]: "update-replace", userData: "update" } }],
    [gate(host, "drain"), { op: "replace", paths: { triggers: "update-replace" } }],
    [gate(host, "ready"), { op: "replace", paths: { triggers: "update-replace" } }],
  ];
}

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
export type Change = (document: any) => void;

/** An estate that exists, as its document is. */
export interface Built {
  readonly facts: EstateFacts;
  readonly nodes: readonly Registered[];
}

/** @param change of the local document; @param missing hosts that are not made yet */
export async function built(change: Change = () => undefined, missing: readonly string[] = []): Promise<Built> {
  const facts = deriveFacts(estate(change));
  const hosts = facts.pools.flatMap((pool) => pool.hosts.map(({ name }) => name));
  const state = hosts.filter((host) => !missing.includes(host)).flatMap((host) => [serverUrn(host), readyUrn(host)]);
  return { facts, nodes: await graph({ change, state }) };
}

/** The log of those events, as it is read. */
export function logOf(events: readonly object[]): EventLog {
  const log = new EventLog("/nowhere");
  for (const event of events) log.add(JSON.parse(JSON.stringify(event)) as never);
  return log;
}

/** The names of all hosts. */
export function hostsOf({ facts }: Built): string[] {
  return facts.pools.flatMap(({ hosts }) => hosts.map(({ name }) => name));
}
