import { describe, expect, it } from "vitest";
import { cordonMark } from "../../../cli/gate/cluster.ts";
import { drain } from "../../../cli/gate/drain.ts";
import type { Gate } from "../../../cli/gate/gate.ts";
import { served } from "../../../cli/gate/state.ts";
import { Rollout } from "../../../stacks/schema/role.ts";
import { gate, node, type World, world } from "./fakes.ts";

const workers = ["worker-01", "worker-02", "worker-03", "worker-04"];
const servers = ["orchestrator-01", "orchestrator-02", "orchestrator-03"];

function pool(): World {
  const of = world();
  for (const host of [...workers, ...servers]) {
    of.servers.set(`${host}-server`, { id: `${host}-server`, status: "ACTIVE" });
    of.nodes.set(host, node(host, { member: servers.includes(host) }));
  }
  return of;
}

/** The gate of a host in a pool that allows so many to be out. */
function gateOf(host: string, of: World, width = 1, more: Partial<Gate> = {}): Gate {
  const hosts = servers.includes(host) ? servers : workers;
  return gate(host, of, {
    peers: hosts.filter((one) => one !== host),
    served: async () => hosts,
    rolloutOf: () => Rollout.parse({ width, joinMinutes: 2, drainMinutes: 3, soakMinutes: 1 }),
    ...more,
  });
}

const drained = (host: string) => [`cordon ${host}`, `delete node ${host}`, `stop ${host}-server`];
const dead = (host: string) => node(host, { ready: false });

describe("a host whose pool lacks another one", () => {
  it("waits until that one is back, with the reason, and then goes", async () => {
    const of = pool();
    of.nodes.set("worker-03", dead("worker-03"));
    let early: readonly string[] = [];
    of.onTick = (now) => {
      if (now === 60_000) {
        early = [...of.events];
        of.nodes.set("worker-03", node("worker-03"));
      }
    };
    await drain(gateOf("worker-01", of));
    expect(early).toEqual([]);
    expect([...new Set(of.events)]).toEqual(drained("worker-01"));
    expect(of.said[0]).toBe(
      "not begun (0 s of 6 min): waiting for worker-03 (its node is not Ready); rollout.width lets 1 of the worker hosts be out of service at a time",
    );
    expect(of.journal[0]).toBe("drain waiting worker-03 (its node is not Ready)");
    expect(of.lease).toBeUndefined();
  });

  it("is refused when that one does not come back, untouched, with the cure", async () => {
    const of = pool();
    of.nodes.delete("worker-03");
    await expect(drain(gateOf("worker-01", of))).rejects.toThrow(
      /^worker-01 was not begun, and is as it was: it waited 6 min for worker-03 \(it has no node\);.*\nBring those hosts back/,
    );
    expect(of.events).toEqual([]);
    expect(of.lease).toBeUndefined();
  });

  it("goes at once if it is the one that is down: to replace it is the cure", async () => {
    const of = pool();
    of.nodes.set("worker-03", dead("worker-03"));
    of.nodes.set("worker-04", dead("worker-04"));
    await drain(gateOf("worker-03", of));
    expect(of.events).toEqual(drained("worker-03"));
    expect(of.said).toEqual(["drained"]);
  });

  it("does not miss new hosts that have yet to join, nor one that an operator has cordoned", async () => {
    const of = pool();
    of.nodes.delete("worker-04");
    of.nodes.set("worker-02", node("worker-02", { cordoned: true }));
    await drain(gateOf("worker-01", of, 1, { served: async () => ["worker-01", "worker-02", "worker-03"] }));
    expect([...new Set(of.events)]).toEqual(drained("worker-01"));
  });

  it("misses one that a gate has closed", async () => {
    const of = pool();
    const closed = node("worker-02", { cordoned: true });
    of.nodes.set("worker-02", { ...closed, metadata: { ...closed.metadata, annotations: { [cordonMark]: "true" } } });
    await expect(drain(gateOf("worker-01", of))).rejects.toThrow("worker-02 (it is cordoned by its gate)");
  });

  it("goes where width leaves room beside it, and waits where it does not", async () => {
    const of = pool();
    of.nodes.set("worker-03", dead("worker-03"));
    await drain(gateOf("worker-01", of, 2));
    expect([...new Set(of.events)]).toEqual(drained("worker-01"));
    await expect(drain(gateOf("worker-02", of, 2))).rejects.toThrow(
      "worker-01 (it has no node), worker-03 (its node is not Ready)",
    );
  });

  it("leaves the last place to the one that takes it first, when two gates ask at the same time", async () => {
    const of = pool();
    of.nodes.set("worker-03", dead("worker-03"));
    const both = await Promise.allSettled(["worker-01", "worker-02"].map((host) => drain(gateOf(host, of, 2))));
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(of.events.filter((event) => event.startsWith("stop"))).toHaveLength(1);
  });

  it("is not held up where the estate goes, or the document does not have it any more", async () => {
    const of = pool();
    of.nodes.set("worker-03", dead("worker-03"));
    await drain(gateOf("worker-01", of, 1, { abandoned: async () => true }));
    await drain(gateOf("worker-02", of, 1, { peers: [], role: undefined }));
    expect([...new Set(of.events)]).toEqual([...drained("worker-01"), ...drained("worker-02")]);
  });

  it("waits as a server of the orchestrator too, although etcd would keep its majority", async () => {
    const of = pool();
    const five = [...servers, "orchestrator-04", "orchestrator-05"];
    for (const host of five) of.nodes.set(host, node(host, { member: true, ready: host !== "orchestrator-05" }));
    const more = { peers: five.slice(1), served: async () => five, role: "orchestrator" };
    await expect(drain(gateOf("orchestrator-01", of, 1, more))).rejects.toThrow(
      "orchestrator-05 (its node is not Ready)",
    );
    expect(of.events).toEqual([]);
  });
});

describe("hosts that have been in service", () => {
  it("are those with a ready gate in the state, also one that is being replaced", () => {
    const type = "command:local:Command";
    const of = (name: string, kind = type) => ({ type: kind, urn: `urn:pulumi:mine::estate::a$${kind}::${name}` });
    const resources = [of("worker-01-ready"), of("worker-01-drain"), of("worker-02-drain"), of("x-ready", "a:b:C")];
    const replaced = { ...of("bbb-01-ready"), pendingReplacement: true };
    expect(served({ deployment: { resources: [...resources, replaced] } })).toEqual(["worker-01", "bbb-01"]);
    expect(served({})).toEqual([]);
  });
});
