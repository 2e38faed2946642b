import { describe, expect, it } from "vitest";
import { drain } from "../../../cli/gate/drain.ts";
import type { Gate } from "../../../cli/gate/gate.ts";
import { Held, holdOf } from "../../../cli/gate/hold.ts";
import { ready } from "../../../cli/gate/ready.ts";
import { runGate } from "../../../cli/gate/run.ts";
import { changing, isAbandoned } from "../../../cli/gate/state.ts";
import { Trouble } from "../../../local/say.ts";
import { Window } from "../../../stacks/schema/window.ts";
import { gate, node, pod, world } from "./fakes.ts";

const none = { paused: undefined, budgetEnd: undefined, window: undefined };
const window = Window.parse({ days: ["fri"], from: "22:00", to: "05:00", timeZone: "Europe/Berlin" });
const noon = new Date("2026-11-20T12:00:00Z");
const night = new Date("2026-11-20T22:00:00Z");

describe("what holds a host back", () => {
  it.each([
    ["nothing", none, noon, undefined],
    ["an open window", { ...none, window }, night, undefined],
    ["a budget that lasts", { ...none, budgetEnd: night }, noon, undefined],
    [
      "a pause, even when the window is open",
      { ...none, window, paused: "wait for the new kernel" },
      night,
      "paused (wait for the new kernel); it goes on with the next 'estate up' after 'estate rollout resume'",
    ],
    [
      "a closed window, with the time at which it opens",
      { ...none, window },
      noon,
      "closed until Fri 2026-11-20 22:00 Europe/Berlin; it goes on with the next 'estate up' from then on",
    ],
    [
      "a budget that is used up",
      { ...none, budgetEnd: noon },
      noon,
      "out of its time budget; it goes on with the next 'estate up'",
    ],
  ])("%s", (_, limits, at, why) => expect(holdOf(limits, at)).toBe(why));
});

function worker(more: Partial<Gate> = {}) {
  const of = world();
  for (const host of ["worker-01", "orchestrator-01"]) {
    of.servers.set(`${host}-server`, { id: `${host}-server`, status: "ACTIVE" });
    of.nodes.set(host, node(host));
  }
  of.pods.push(pod("hello-1"));
  return { of, held: gate("worker-01", of, { hold: () => "paused (test)", ...more }) };
}

describe("a drain gate that is held back", () => {
  it("refuses, has touched neither node nor pods nor server, and says so in the journal", async () => {
    const { of, held } = worker();
    await expect(drain(held)).rejects.toThrow("worker-01 was not begun, and is as it was: paused (test).");
    expect(of.events).toEqual([]);
    expect(of.journal[0]).toBe("hold begun");
  });

  it("goes on when it is run again and nothing holds it back", async () => {
    const { of, held } = worker();
    await expect(drain(held)).rejects.toThrow(Held);
    await drain({ ...held, hold: () => undefined });
    expect(of.events).toEqual(["cordon worker-01", "evict hello-1", "delete node worker-01", "stop worker-01-server"]);
  });

  it("asks by the role's own policy", async () => {
    const asked: unknown[] = [];
    const { held } = worker({ hold: (rollout) => void asked.push(rollout.drainMinutes) });
    await drain(held);
    expect(asked).toEqual([3]);
  });

  it("waits until the engine does nothing else: what is under way would be left half done", async () => {
    let time = 0;
    const { of, held } = worker({
      underWay: async () => (time < 60_000 ? ["worker-02-ready"] : time < 64_000 ? [] : time < 90_000 ? ["app"] : []),
    });
    of.onTick = (now) => {
      time = now;
    };
    await expect(drain(held)).rejects.toThrow(Held);
    expect(time).toBeGreaterThanOrEqual(94_000);
    expect(of.said.join("\n")).toContain("waiting for worker-02-ready");
    expect(of.journal).toContain("hold waiting worker-02-ready");
  });

  it("does not wait for ever, nor fail when pulumi does not say what is under way", async () => {
    const { held } = worker({ underWay: () => Promise.reject(new Trouble("no state")) });
    await expect(drain(held)).rejects.toThrow(Held);
  });

  it.each([
    ["the whole estate is to go", { destroy: true }],
    ["nothing runs on the orchestrator any more", { abandoned: async () => true }],
  ])("is not, when %s", async (_, more) => {
    const { held } = worker(more);
    await drain(held);
  });

  it("is not, when its server never joined: nothing is taken out of service", async () => {
    const { of, held } = worker();
    of.nodes.delete("worker-01");
    await drain(held);
    expect(of.said).toEqual(["is not a node: nothing to drain"]);
  });
});

describe("the journal of a gate", () => {
  const run = async (one: Gate, act: (gate: Gate) => Promise<void>) =>
    runGate(one.journal, async () => one, act).catch((error: Error) => error);

  it("of a drain names each step, and how it ended", async () => {
    const { of, held } = worker({ hold: () => undefined });
    await run(held, drain);
    expect(of.journal).toEqual([
      "cordon begun",
      "evict begun",
      "evict waiting 1 pods to end",
      "remove begun",
      "stop begun",
      "stop done drained",
    ]);
  });

  it("of a member of etcd says that it waits for its turn", async () => {
    const { of } = worker();
    for (const name of ["orchestrator-01", "orchestrator-02"]) of.nodes.set(name, node(name, { member: true }));
    await run(gate("orchestrator-01", of), drain);
    expect(of.journal[0]).toBe("leave-etcd begun");
    expect(of.journal.at(-1)).toBe("stop done drained, and out of etcd");
  });

  it("of a ready gate has join and soak", async () => {
    const { of, held } = worker();
    await run(held, ready);
    expect(of.journal).toEqual(["join begun", "soak begun", "soak done ready"]);
  });

  it("of one that is held back ends waiting, and says why", async () => {
    const { of, held } = worker();
    expect(await run(held, drain)).toBeInstanceOf(Held);
    expect(of.journal.at(-1)).toBe("hold waiting paused (test)");
  });

  it("of one that fails has the first line of the reason; also when it could not be opened", async () => {
    const { of, held } = worker({ hold: () => undefined });
    of.budget = () => "needs 1 healthy pods";
    await run(held, drain);
    expect(of.journal.at(-1)).toBe(
      "evict failed worker-01 was not drained within 3 min: it waited for estate/hello-1: needs 1 healthy pods.",
    );
    const closed = async () => Promise.reject(new Trouble("no policy\nat all"));
    await expect(runGate(held.journal, closed, drain)).rejects.toThrow("no policy");
    expect(of.journal.at(-1)).toBe("evict failed no policy");
  });
});

describe("the state of a stack", () => {
  const operation = (name: string) => ({ resource: { urn: `urn:pulumi:mine::estate::a$b:c:D::${name}` } });
  it("tells what is being changed, without the gates that are held back", () => {
    const pending_operations = ["worker-01-drain", "worker-02-drain", "worker-03-drain", "bbb-01"].map(operation);
    const found = changing({ deployment: { pending_operations } }, ["worker-01", "worker-03"]);
    expect(found).toEqual(["worker-02-drain", "bbb-01"]);
    expect(changing({}, [])).toEqual([]);
  });

  it("is abandoned when it has no provider for the orchestrator", () => {
    const provider = { type: "pulumi:providers:kubernetes" };
    expect(isAbandoned({ deployment: { resources: [provider] } })).toBe(false);
    expect(isAbandoned({ deployment: { resources: [{ ...provider, delete: true }] } })).toBe(true);
    expect(isAbandoned({})).toBe(true);
  });
});
