import { describe, expect, it, test } from "vitest";
import type { Entry, State, Step } from "../../../cli/journal/entry.ts";
import { healthOf } from "../../../cli/journal/health.ts";
import { heldBack, rolloutStatus, underWay } from "../../../cli/journal/status.ts";

/** `host step state text`, a second each; a host of `-` is the update itself. */
function journal(lines: readonly string[], update: string | undefined = "u1", start = 0): Entry[] {
  return lines.map((line, index) => {
    const [host = "", step, state, ...text] = line.split(" ");
    return {
      ...{ time: new Date(start + index * 1000).toISOString(), stack: "mine", text: text.join(" ") },
      ...(update ? { update } : {}),
      ...(host === "-" ? {} : { host, role: "worker", server: `${host}-server` }),
      ...{ step: step as Step, state: state as State },
    };
  });
}

const at = (seconds: number) => new Date(seconds * 1000);
const drained = (host: string) => [`${host} drain begun`, `${host} cordon begun`, `${host} stop done drained`];
const replaced = (host: string) => [
  ...drained(host),
  `${host} ready begun`,
  `${host} join begun`,
  `${host} soak done ready`,
];

/** What is in the journal, what the roll is, and `host step state health` of each. */
const table: readonly [string, readonly string[], string, readonly string[]][] = [
  ["nothing", [], "none", []],
  ["only begun", ["- up begun"], "running", []],
  ["nothing to do", ["- up begun", "- up done"], "done", []],
  ["a drain", ["- up begun", "a drain begun", "a evict waiting 2 pods"], "running", ["a evict waiting draining"]],
  ["drained", ["- up begun", ...drained("a")], "running", ["a stop done down"]],
  ["joining", ["- up begun", ...drained("a"), "a join waiting a node"], "running", ["a join waiting down"]],
  ["replaced", ["- up begun", ...replaced("a"), "- up done"], "done", ["a soak done up"]],
  [
    "held back after the first",
    [
      "- up begun",
      ...replaced("a"),
      "b drain begun",
      "b hold begun",
      "b hold waiting paused",
      "- up waiting 1 host is left",
    ],
    "held",
    ["a soak done up", "b hold waiting unknown"],
  ],
  [
    "failed",
    ["- up begun", ...drained("a"), "a join failed a did not join", "- up failed pulumi up"],
    "failed",
    ["a join failed down"],
  ],
];

test.each(table)("%s", (_, lines, result, hosts) => {
  const status = rolloutStatus(journal(lines), at(60));
  expect(status.result).toBe(result);
  expect(status.hosts.map(({ name, step, state, health }) => `${name} ${step} ${state} ${health}`)).toEqual(hosts);
});

describe("a plain pulumi up, of which nobody says when it ends,", () => {
  it.each([
    ["a drain", ["a drain begun"], "running"],
    ["between the gates of a host", drained("a"), "running"],
    ["a host that is back", replaced("a"), "done"],
    ["a host that failed", ["a evict failed no"], "failed"],
    ["a host that is held back", ["a hold waiting closed"], "held"],
    ["one that goes on beside one that failed", ["a evict failed no", "b drain begun"], "running"],
  ])("%s", (_, lines, result) => expect(rolloutStatus(journal(lines, ""), at(60)).result).toBe(result));

  it("is finished with a host of no role, which the document no longer has, when it is drained", () => {
    const gone = journal(drained("a"), "").map(({ role: _, ...entry }) => entry);
    expect(rolloutStatus(gone, at(60)).result).toBe("done");
  });
});

test("nothing was heard for long: the roll is unknown, and so is who was under way; nothing unknown is up", () => {
  for (const update of ["u1", ""]) {
    const { result, hosts } = rolloutStatus(journal([...replaced("a"), "b evict waiting x"], update), at(3000));
    expect([result, hosts.map(({ health }) => health)]).toEqual(["unknown", ["up", "unknown"]]);
  }
});

test("the last roll is the one of the last entry: of its update, or without any and not an hour before", () => {
  const earlier = journal(replaced("a"), "u0");
  const names = (entries: readonly Entry[]) => rolloutStatus(entries, at(20_000)).hosts.map(({ name }) => name);
  expect(names([...earlier, ...journal(["b drain begun"], "u1", 100_000)])).toEqual(["b"]);
  expect(names([...earlier, ...journal(["b drain begun"], "", 100_000)])).toEqual(["b"]);
  const plain = journal(replaced("a"), "");
  expect(names([...plain, ...journal(["b drain begun"], "", 100_000)])).toEqual(["a", "b"]);
  expect(names([...plain, ...journal(["b drain begun"], "", 10_000_000)])).toEqual(["b"]);
});

test("since when: since it waits for the same, however often that is said", () => {
  const lines = ["a evict begun", "a evict waiting 2 pods", "a evict waiting 1 pods", "a evict waiting 1 pods"];
  expect(rolloutStatus(journal(lines), at(60)).hosts[0]).toMatchObject({ text: "1 pods", since: at(2).toISOString() });
});

test("the role is known from any of its entries", () => {
  const [first, ...rest] = journal(["a drain begun", "a cordon begun"]);
  const { role: _, ...early } = first as Entry;
  expect(rolloutStatus([...rest, early], at(60)).hosts[0]?.role).toBe("worker");
});

test("a roll that ended says when, and what was said of it; one that runs does not", () => {
  const ended = rolloutStatus(journal(["- up begun by me", "- up waiting 1 host is left"]), at(60));
  expect(ended).toMatchObject({ update: "u1", startedAt: at(0).toISOString(), endedAt: at(1).toISOString() });
  expect(ended.text).toBe("1 host is left");
  const running = rolloutStatus(journal(["- up begun by me"]), at(60));
  expect([running.endedAt, running.text]).toEqual([undefined, ""]);
});

test("under way is what began and did not end; held back is something else", () => {
  const lines = [...replaced("a"), "b evict failed no", "c hold waiting paused", ...drained("d"), "e join waiting x"];
  const status = rolloutStatus(journal(lines), at(60));
  expect(underWay(status).map(({ name }) => name)).toEqual(["d", "e"]);
  expect(heldBack(status).map(({ name }) => name)).toEqual(["c"]);
});

test.each([
  ["cordon", "begun", "draining"],
  ["evict", "failed", "degraded"],
  ["stop", "failed", "down"],
  ["drain", "done", "down"],
  ["join", "waiting", "down"],
  ["soak", "begun", "degraded"],
  ["soak", "failed", "degraded"],
  ["soak", "done", "up"],
  ["meetings", "waiting", "draining"],
  ["admit", "failed", "degraded"],
  ["admit", "done", "up"],
  ["hold", "waiting", "unknown"],
] as const)("%s %s is %s", (step, state, health) => expect(healthOf(step, state)).toBe(health));
