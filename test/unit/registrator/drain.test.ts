import { describe, expect, it } from "vitest";
import { type Drain, type DrainOrder, ordered } from "../../../apps/registrator/service/drain-record.ts";
import { reconcile } from "../../../apps/registrator/service/reconcile.ts";
import { describe as words } from "../../../apps/registrator/service/step.ts";
import { answers, declared, drainOf, entry, lost, now, observed, people, type Seen, silent } from "./estate.ts";

const of = declared(["bbb-01", "bbb-02", "bbb-03"]);
const cordoned = [entry("bbb-01", { state: "cordoned", load: 4 }), entry("bbb-02"), entry("bbb-03")];
const enabled = [entry("bbb-01", { load: 4 }), entry("bbb-02"), entry("bbb-03")];

function verdict(drain: Drain, seen: Seen, declaration = of) {
  const [first] = reconcile(declaration, observed(declaration, { drains: { "bbb-01": drain }, ...seen }));
  if (!first) throw new Error("no verdict");
  return { ...first, words: first.steps.map((step) => words(step).split(" bbb-01:")[0]) };
}

describe("a drain that is asked for", () => {
  it("cordons when the others can carry the load", () => {
    const { words, drain } = verdict(drainOf("asked", 0), { entries: enabled });
    expect([words, drain?.phase, drain?.since]).toEqual([["cordon"], "leaving", now]);
  });

  it.each([
    ["too few would be left", { leastEnabled: 3 }, "only 2 other servers take meetings, at least 3 must"],
    [
      "they would be too full",
      { capacity: 1 },
      "the load of all is 4, and 2 other servers take meetings, which carry 2",
    ],
  ])("touches nothing when %s", (_, more, reason) => {
    const { words, drain } = verdict(
      drainOf("asked", 0),
      { entries: enabled },
      declared(["bbb-01", "bbb-02", "bbb-03"], more),
    );
    expect([words, drain?.phase]).toEqual([[], "asked"]);
    expect(drain?.reason).toContain(reason);
  });

  it("counts those that take meetings with the same tag, and not those that leave", () => {
    const entries = [entry("bbb-01", { tag: "new" }), entry("bbb-02", { tag: "new", online: false }), entry("bbb-03")];
    expect(verdict(drainOf("asked", 0), { entries }).drain?.reason).toContain("only 0 other servers take meetings");
    const drains = Object.fromEntries(["bbb-01", "bbb-02", "bbb-03"].map((name) => [name, drainOf("asked", 0)]));
    const verdicts = reconcile(of, observed(of, { entries: enabled, drains }));
    expect(verdicts.map(({ drain }) => drain?.phase)).toEqual(["leaving", "leaving", "asked"]);
  });
});

describe("a drain with people in meetings", () => {
  const busy: Seen = { entries: cordoned, probes: { "bbb-01": people(3, 2) } };

  it.each([
    [60, 0, [], ["tell the people in 2 meetings on"], [60], "60"],
    [60, 10, [60], [], [60], ""],
    [60, 46, [60], ["tell the people in 2 meetings on"], [60, 15], "14"],
    [60, 56, [60, 15], ["tell the people in 2 meetings on"], [60, 15, 5], "4"],
    [60, 56, [60], ["tell the people in 2 meetings on"], [60, 15, 5], "4"],
    [10, 0, [], ["tell the people in 2 meetings on"], [60, 15], "10"],
  ])("of %i min, after %i min with %j given, does %j", (minutes, ago, warned, steps, after, told) => {
    const result = verdict(drainOf("leaving", ago, { minutes }, { warned }), busy);
    expect([result.words, result.drain?.warned]).toEqual([steps, after]);
    const [step] = result.steps;
    const texts = step?.do === "warn" ? step.texts : [];
    expect(texts).toEqual(told ? [`Ende in ${told} Minuten`, `Ends in ${told} minutes`] : []);
  });

  it.each([
    ["wait", [], "leaving", "it waits longer"],
    ["end", ["end 2 meetings on"], "leaving", "their 60 min are over"],
    ["abort", [], "aborted", "it takes meetings again"],
  ] as const)("whose time is over: %s", (atDeadline, steps, phase, reason) => {
    const { words, drain } = verdict(drainOf("leaving", 61, { atDeadline }), busy);
    expect([words, drain?.phase]).toEqual([steps, phase]);
    expect(drain?.reason).toContain(reason);
  });

  it("is cordoned again when somebody has enabled it", () => {
    const { words } = verdict(drainOf("leaving", 20, {}, { warned: [60] }), { ...busy, entries: enabled });
    expect(words).toEqual(["cordon"]);
  });
});

describe("a drain without people", () => {
  it.each([
    ["nobody for a moment", answers, { "empty bbb-01": 5 }, [], "leaving"],
    ["nobody for two looks", answers, { "empty bbb-01": 20 }, [], "recordings"],
    ["an open meeting without people", people(0), { "empty bbb-01": 100 }, [], "leaving"],
    ["one that nobody comes back to", people(0), { "empty bbb-01": 301 }, ["end 1 meeting on"], "leaving"],
  ] as const)("%s", (_, probe, held, steps, phase) => {
    const drain = drainOf("leaving", 20, {}, { warned: [60] });
    const result = verdict(drain, { entries: cordoned, probes: { "bbb-01": probe }, held });
    expect([result.words, result.drain?.phase ?? "leaving"]).toEqual([steps, phase]);
  });

  it.each([
    ["some are left", 2, 1, "recordings", "waiting for 2 recordings to arrive"],
    ["nobody knows", "no metric", 1, "recordings", "word of its recordings: no metric"],
    ["none is left", 0, 1, "drained", "its recordings have arrived"],
    ["they do not come: they are not given up", 2, 241, "aborted", "they would be lost"],
  ] as const)("waits for recordings: %s", (_, waiting, ago, phase, reason) => {
    const { drain } = verdict(drainOf("recordings", ago), { entries: cordoned, recordings: { "bbb-01": waiting } });
    expect(drain).toMatchObject({ phase, reason: expect.stringContaining(reason) });
  });

  it("goes back when a meeting comes back", () => {
    const { drain } = verdict(drainOf("recordings", 1), { entries: cordoned, probes: { "bbb-01": people(1) } });
    expect(drain?.phase).toBe("leaving");
  });
});

describe("a drain of a server that does not answer", () => {
  const quiet: Seen = { entries: cordoned, probes: { "bbb-01": silent } };

  it.each(["wait", "end", "abort"] as const)("is never done for lack of an answer (%s)", (atDeadline) => {
    const { drain, words } = verdict(drainOf("leaving", 5, { atDeadline }), quiet);
    expect([drain?.phase, words]).toEqual(["leaving", []]);
    const late = verdict(drainOf("leaving", 61, { atDeadline }), quiet);
    expect([late.drain?.phase, late.words]).toEqual([atDeadline === "wait" ? "leaving" : "aborted", []]);
  });

  it("ends at once when its host is dead as well", () => {
    const seen = { ...quiet, sights: { "bbb-01": lost }, held: { "silent bbb-01": 200 } };
    const { drain, words } = verdict(drainOf("leaving", 5), seen);
    expect([drain?.phase, words]).toEqual(["drained", ["panic"]]);
  });

  it("goes on without Scalelite's entry, and for a server that is not declared any more", () => {
    const none = verdict(drainOf("leaving", 5, {}, { warned: [60] }), { entries: [], held: { "empty bbb-01": 30 } });
    expect(none.drain?.phase).toBe("recordings");
    const others = declared(["bbb-02", "bbb-03"]);
    const verdicts = reconcile(
      others,
      observed(others, { entries: enabled, drains: { "bbb-01": drainOf("asked", 0) } }),
    );
    const gone = verdicts.find(({ server }) => server === "bbb-01");
    expect(gone).toMatchObject({ drain: { phase: "leaving" }, steps: [{ do: "cordon", id: "id-of-bbb-01" }] });
  });
});

describe("a drain of a server that the estate has no more", () => {
  const others = declared(["bbb-02", "bbb-03"]);
  const rest = [entry("bbb-02"), entry("bbb-03")];
  const gone = { "bbb-01": silent };

  it("is over at once when nobody knows the server: no people were led to it", () => {
    const seen = observed(others, { entries: rest, drains: { "bbb-01": drainOf("asked", 0) }, probes: gone });
    expect(reconcile(others, seen).find(({ server }) => server === "bbb-01")?.drain?.phase).toBe("drained");
  });

  it("is remembered for an hour, then cleared away with what Scalelite still has", () => {
    const at = (minutes: number, entries = rest) => {
      const drains = { "bbb-01": drainOf("drained", minutes) };
      const seen = observed(others, { entries, drains, probes: gone, held: { "silent bbb-01": 3600 } });
      return reconcile(others, seen).find(({ server }) => server === "bbb-01");
    };
    expect(at(59)).toMatchObject({ condition: "drained", steps: [] });
    expect(at(61)).toMatchObject({ condition: "absent", forget: true });
    const left = at(61, [...rest, entry("bbb-01", { state: "disabled", online: false })]);
    expect(left?.steps.map((step) => step.do)).toEqual(["panic", "remove"]);
  });
});

describe("an order", () => {
  const order: DrainOrder = drainOf("asked", 0).order;

  it("changes the drain that is under way: a new policy acts", () => {
    const existing = drainOf("leaving", 30, {}, { warned: [60] });
    const changed = ordered({ ...order, atDeadline: "end", minutes: 5 }, existing, now);
    expect(changed).toEqual({ ...existing, order: { ...order, atDeadline: "end", minutes: 5 } });
  });

  it.each([
    ["another machine", drainOf("drained", 30, { machine: "older" })],
    ["one that was aborted", drainOf("aborted", 30)],
    ["none", undefined],
  ])("begins anew after %s", (_, existing) => {
    expect(ordered(order, existing, now)).toMatchObject({ phase: "asked", since: now, warned: [] });
  });

  it("is kept while the machine is replaced: nothing enables the server", () => {
    const { condition, words } = verdict(drainOf("drained", 30), { entries: cordoned });
    expect([condition, words]).toEqual(["drained", []]);
  });
});
