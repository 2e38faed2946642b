import { describe, expect, it } from "vitest";
import { parseDeclared } from "../../../apps/registrator/service/declared.ts";
import { reconcile } from "../../../apps/registrator/service/reconcile.ts";
import { describe as words } from "../../../apps/registrator/service/step.ts";
import { declared, drainOf, entry, lost, observed, people, type Seen, silent, token, urlOf } from "./estate.ts";

const dead: Seen = { probes: { "bbb-01": silent }, sights: { "bbb-01": lost }, held: { "silent bbb-01": 200 } };
const pair = [entry("bbb-01"), entry("bbb-02")];

interface Case extends Seen {
  readonly what: string;
  readonly server?: object;
  readonly more?: object;
  readonly condition: string;
  readonly reason: string;
  readonly steps: readonly string[];
}

const cases: readonly Case[] = [
  {
    what: "that Scalelite does not have is added",
    ...{ entries: [], condition: "absent", reason: "about to be added", steps: ["add"] },
  },
  {
    what: "that fails its probe is never added",
    ...{ entries: [], probes: { "bbb-01": silent }, condition: "absent", steps: [] },
    reason: "not added: its API does not answer (connect ECONNREFUSED)",
  },
  {
    what: "that is declared as not enabled is not added",
    ...{ entries: [], server: { enabled: false }, condition: "absent", reason: "declared as not enabled", steps: [] },
  },
  {
    what: "that was added is enabled",
    ...{ entries: [entry("bbb-01", { state: "disabled", load: undefined, online: false })], condition: "unpolled" },
    ...{ reason: "about to be enabled", steps: ["enable"] },
  },
  {
    what: "that is disabled and fails its probe is not enabled",
    ...{ entries: [entry("bbb-01", { state: "disabled" })], probes: { "bbb-01": silent }, condition: "silent" },
    ...{ reason: "it is not enabled", steps: [] },
  },
  {
    what: "that was enabled a moment ago is told so",
    ...{ entries: [entry("bbb-01", { load: undefined, online: false })], held: { "unpolled bbb-01": 30 } },
    ...{ condition: "unpolled", reason: "added, not yet polled", steps: [] },
  },
  {
    what: "that nobody polls for long says where to look",
    ...{ entries: [entry("bbb-01", { load: undefined, online: false })], held: { "unpolled bbb-01": 300 } },
    ...{
      condition: "unpolled",
      reason: "offline for 300 s, its poller looks every 60 s: look at the poller's log",
      steps: [],
    },
  },
  {
    what: "that is polled is up",
    ...{ entries: [entry("bbb-01", { load: 12 })], condition: "up", reason: "takes meetings, load 12", steps: [] },
  },
  {
    what: "whose declaration has changed is corrected in place",
    ...{
      entries: [entry("bbb-01", { secret: "old", load_multiplier: 2, tag: "x" })],
      condition: "up",
      reason: "takes",
    },
    steps: ["change the secret, multiplier, tag of"],
  },
  {
    what: "that is declared as not enabled is cordoned, not disabled: people stay in their meetings",
    ...{ entries: [entry("bbb-01", { load: 7 })], server: { enabled: false }, condition: "off", steps: ["cordon"] },
    reason: "it is declared as not enabled; what is there comes to its end (load 7)",
  },
  {
    what: "with another protocol than declared is taken out first, and added anew",
    ...{ entries: [entry("bbb-01", { url: "http://bbb-01.example.org/bigbluebutton/api" })], condition: "surplus" },
    ...{ reason: "it is taken out when it is empty, and added anew", steps: ["cordon"] },
  },
  {
    what: "at another path of its host is not added beside the old one",
    ...{ entries: [entry("bbb-01", { url: "https://BBB-01.example.org/api" })], condition: "surplus" },
    ...{ reason: "it is taken out when it is empty, and added anew", steps: ["cordon"] },
  },
  {
    what: "whose API is silent while its node is Ready is left to Scalelite",
    ...{ entries: pair, ...dead, sights: { "bbb-01": { up: true, why: "" } }, condition: "silent", steps: [] },
    reason: "Scalelite takes it out when its own poller gives up",
  },
  {
    what: "whose node nobody can see is not dead",
    ...{ entries: pair, ...dead, sights: {}, condition: "silent", reason: "does not answer", steps: [] },
  },
  {
    what: "that was silent only for a moment is not dead",
    ...{
      entries: pair,
      ...dead,
      held: { "silent bbb-01": 60 },
      condition: "silent",
      reason: "does not answer",
      steps: [],
    },
  },
  {
    what: "that is dead is panicked",
    ...{ entries: pair, ...dead, condition: "dead", steps: ["panic"] },
    reason: "its API has been silent for 200 s, and its node is not Ready (NodeStatusUnknown)",
  },
  {
    what: "that is dead and disabled is left as it is",
    ...{
      entries: [entry("bbb-01", { state: "disabled" })],
      ...dead,
      condition: "dead",
      reason: "silent for",
      steps: [],
    },
  },
  {
    what: "whose drain was aborted takes meetings again",
    ...{
      entries: [entry("bbb-01", { state: "cordoned" })],
      drains: { "bbb-01": drainOf("aborted", 1, {}, { reason: "late" }) },
    },
    ...{ condition: "unpolled", reason: "its drain was aborted: late", steps: ["enable"] },
  },
];

describe("a declared server", () => {
  it.each(cases)("$what", ({ server = {}, more = {}, condition, reason, steps, ...seen }) => {
    const of = declared(["bbb-01", "bbb-02"], more, server);
    const [verdict] = reconcile(of, observed(of, seen));
    expect(verdict).toMatchObject({ server: "bbb-01", condition, reason: expect.stringContaining(reason) });
    expect(verdict?.steps.map((step) => words(step).split(" bbb-01:")[0])).toEqual(steps);
  });

  it("is found by its host, whatever its id is; a second entry of it is one too many", () => {
    const of = declared(["bbb-01"]);
    const twice = [entry("bbb-01", { id: "b", state: "disabled" }), entry("bbb-01", { id: "a", load: 5 })];
    const verdicts = reconcile(of, observed(of, { entries: twice, held: { "empty b": 600 } }));
    expect(verdicts.map(({ server, condition }) => [server, condition])).toEqual([
      ["bbb-01", "up"],
      ["b", "surplus"],
    ]);
    expect(verdicts.flatMap(({ steps }) => steps.map(words))).toEqual(["remove b: empty"]);
  });

  it("is not dead where most seem to be: then it is we who are cut off", () => {
    const of = declared(["bbb-01", "bbb-02", "bbb-03"]);
    const names = ["bbb-01", "bbb-02"];
    const all = <T>(value: T, prefix = "") => Object.fromEntries(names.map((name) => [`${prefix}${name}`, value]));
    const seen = { probes: all(silent), sights: all(lost), held: all(600, "silent ") };
    const entries = [entry("bbb-01"), entry("bbb-02"), entry("bbb-03")];
    const verdicts = reconcile(of, observed(of, { ...seen, entries }));
    expect(verdicts.map(({ condition }) => condition)).toEqual(["silent", "silent", "up"]);
    expect(verdicts.flatMap(({ steps }) => steps)).toEqual([]);
  });
});

describe("a server that nobody declares", () => {
  const other = (more = {}) => [entry("other", { state: "disabled", ...more })];
  it.each([
    ["keep", other({ state: "enabled" }), {}, [], "left alone (mode keep)"],
    ["cordon", other({ state: "enabled", load: 3 }), {}, ["cordon"], "taken out when it is empty"],
    [
      "cordon",
      other({ state: "cordoned", load: 3 }),
      { probes: { "id-of-other": people(3) } },
      [],
      "waiting for 1 meetings",
    ],
    ["cordon", other(), { held: { "empty id-of-other": 60 } }, [], "120 s without people"],
    ["cordon", other(), { held: { "empty id-of-other": 130 } }, ["remove"], "and empty"],
    ["cordon", other({ state: "cordoned" }), { held: { "empty id-of-other": 130 } }, [], "cordoned to be disabled"],
    [
      "cordon",
      other({ online: false }),
      { probes: { "id-of-other": silent }, held: { "silent id-of-other": 200 } },
      ["panic", "remove"],
      "silent for 200 s",
    ],
    ["force", other({ state: "enabled", load: 3 }), {}, ["panic", "remove"], "mode force"],
  ] as const)("in mode %s", (mode, entries, seen, steps, reason) => {
    const of = declared(["bbb-01"], { mode });
    const verdict = reconcile(of, observed(of, { entries, ...(seen as Seen) })).find(
      ({ server }) => server === "id-of-other",
    );
    expect(verdict?.steps.map((step) => step.do)).toEqual(steps);
    expect(verdict?.reason).toContain(reason);
  });

  it("stays when nothing at all is declared: a lost file must not empty Scalelite", () => {
    const of = declared([], { mode: "force" });
    expect(reconcile(of, observed(of, { entries: other() })).flatMap(({ steps }) => steps)).toEqual([]);
  });
});

describe("the declared state", () => {
  it("tells every mistake at once, and no value", () => {
    const text = JSON.stringify({
      token: "hidden",
      mode: "off",
      servers: { "bbb 1": {}, "bbb-02": { url: "x", secret: "" } },
    });
    const wrong = () => parseDeclared(text);
    for (const path of [
      "scalelite:",
      "token: too short",
      "mode:",
      "servers.bbb-02.url: write an address",
      "servers.bbb-02.secret: empty",
    ])
      expect(wrong).toThrow(path);
    expect(wrong).not.toThrow("hidden");
    expect(() => parseDeclared("{")).toThrow("no JSON");
  });

  it("has defaults that are safe", () => {
    expect(declared(["bbb-01"])).toMatchObject({ mode: "cordon", dryRun: false, algorithm: "sha256", token });
    expect(observed(declared(["bbb-01"]), {}).subjects).toEqual([
      { name: "bbb-01", url: urlOf("bbb-01"), secret: "s", declared: expect.objectContaining({ enabled: true }) },
    ]);
  });
});
