import { describe, expect, it } from "vitest";
import { Leader, turnOf } from "../../../apps/registrator/service/leader.ts";
import { changeShared, drainsOf, type Shared, type Store, textOf } from "../../../apps/registrator/service/store.ts";
import { drainOf } from "./estate.ts";

function memoryStore() {
  let shared: Shared = { drains: new Map() };
  let version = 0;
  const store: Store & { fail: boolean } = {
    fail: false,
    read: async () => {
      if (store.fail) throw new Error("no orchestrator");
      return shared;
    },
    write: async (next) => {
      if (store.fail) throw new Error("no orchestrator");
      if (next.version !== shared.version) return false;
      version += 1;
      shared = { ...next, version: String(version) };
      return true;
    },
  };
  return store;
}

describe("the lease", () => {
  const me = { me: "a", leaseSeconds: 15 };
  const theirs: Shared = { holder: "b", renewed: "t1", drains: new Map() };

  it("is taken when nobody has it, kept when it is ours, and waited for when it is watched for less than its time", () => {
    expect(turnOf(me, { drains: new Map() }, undefined, 0)[0]).toBe("take");
    expect(turnOf(me, { ...theirs, holder: "a" }, undefined, 0)[0]).toBe("renew");
    const [first, seen] = turnOf(me, theirs, undefined, 1000);
    const [second] = turnOf(me, theirs, seen, 15_999);
    const [third] = turnOf(me, theirs, seen, 16_000);
    expect([first, second, third]).toEqual(["wait", "wait", "take"]);
    expect(turnOf(me, { ...theirs, renewed: "t2" }, seen, 16_000)[0]).toBe("wait");
  });

  it("has one leader, and another one only after that one has stopped", async () => {
    const store = memoryStore();
    let now = 0;
    const clock = () => now;
    const [a, b] = [new Leader(store, { ...me, clock }), new Leader(store, { me: "b", leaseSeconds: 15, clock })];
    await a.campaign();
    await b.campaign();
    expect([a.leads, b.leads]).toEqual([true, false]);
    const both: boolean[] = [];
    for (now = 1000; now <= 20_000; now += 1000) {
      await b.campaign();
      both.push(a.leads && b.leads);
    }
    expect([a.leads, b.leads, both.includes(true)]).toEqual([false, true, false]);
    await a.campaign();
    expect(a.leads).toBe(false);
    await b.resign();
    await a.campaign();
    expect([a.leads, b.leads]).toEqual([true, false]);
  });

  it("is lost when the orchestrator does not answer", async () => {
    const store = memoryStore();
    let now = 0;
    const leader = new Leader(store, { ...me, clock: () => now });
    await leader.campaign();
    store.fail = true;
    now = 9000;
    await expect(leader.campaign()).rejects.toThrow("no orchestrator");
    expect([leader.leads, leader.silence]).toEqual([true, 9000]);
    now = 10_000;
    expect(leader.leads).toBe(false);
  });
});

describe("drains", () => {
  it("are kept as they are, and are refused when they do not fit", () => {
    const drains = new Map([["bbb-01", drainOf("leaving", 3)]]);
    expect(drainsOf(textOf(drains))).toEqual(drains);
    expect(drainsOf(undefined)).toEqual(new Map());
    const long = drainOf("leaving", 3, { texts: { de: "x".repeat(480), en: "y".repeat(480) } });
    const many = new Map(Array.from({ length: 300 }, (_, index) => [`bbb-${index}`, long]));
    expect(() => textOf(many)).toThrow("do not fit");
  });

  it("survive somebody who is faster", async () => {
    const store = memoryStore();
    const put = (name: string) =>
      changeShared(store, (shared) => ({ ...shared, drains: new Map(shared.drains).set(name, drainOf("asked", 0)) }));
    await Promise.all(["bbb-01", "bbb-02", "bbb-03"].map(put));
    expect([...(await store.read()).drains.keys()].sort()).toEqual(["bbb-01", "bbb-02", "bbb-03"]);
  });
});
