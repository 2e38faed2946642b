/** How the graph grows with the estate: twice the hosts, twice the edges. The engine keeps each edge in the state, and looks at it. */
import { describe, expect, it } from "vitest";
import { documentOf } from "../bench/document.ts";
import { graph, readyUrn, serverUrn } from "./program.ts";
import type { Registered } from "./record.ts";

const edges = (nodes: readonly Registered[]) => nodes.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0);
const instance = "openstack:compute/instance:Instance";
const gate = "command:local:Command";

/** The most edges that a resource of a type has. */
const most = (nodes: readonly Registered[], type: string) =>
  Math.max(...nodes.filter((node) => node.type === type).map(({ dependsOn }) => dependsOn.length));

function registered(hosts: number, state: readonly string[] = []): Promise<Registered[]> {
  return graph({ state, change: (document) => Object.assign(document, documentOf(hosts)) });
}

const namesIn = (nodes: readonly Registered[]) => nodes.filter(({ type }) => type === instance).map(({ name }) => name);
const everything = (nodes: readonly Registered[]) =>
  namesIn(nodes).flatMap((name) => [serverUrn(name), readyUrn(name)]);

const small = await registered(40);
const large = await registered(80);
/** The same when all of it exists: then hosts wait for each other. */
const [smallBuilt, largeBuilt] = [await registered(40, everything(small)), await registered(80, everything(large))];

describe("an estate of twice the hosts", () => {
  it("has hosts that have rules for each other's addresses", () => {
    const named = small.filter(({ name }) => /-(from|to)-(turn|bbb)-\d+\/32$/.test(name));
    expect([namesIn(small).length, namesIn(large).length]).toEqual([40, 80]);
    // media between bbb and its relays, both ends; and the way from scalelite, which is on the workers, to bbb
    expect(named).toHaveLength(2 * (33 + 2) + 33);
  });

  it("has about twice the resources and the edges", () => {
    expect(large.length / small.length).toBeLessThanOrEqual(2.2);
    expect(edges(large) / edges(small)).toBeLessThanOrEqual(2.2);
  });

  it("has servers and gates that wait for no more than before", () => {
    for (const type of [instance, gate]) expect(most(large, type), type).toBe(most(small, type));
  });

  it("has about twice the edges when all of it exists and its hosts are replaced in order", () => {
    expect(edges(smallBuilt)).toBeGreaterThan(edges(small));
    expect(edges(largeBuilt) / edges(smallBuilt)).toBeLessThanOrEqual(2.2);
  });
});
