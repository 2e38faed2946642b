import { describe, expect, it, test } from "vitest";
import { Window } from "../../../stacks/schema/window.ts";
import { isOpen, nextOpening, onItsClock } from "../../../stacks/window.ts";

const zone = "Europe/Berlin";
const window = (from: string, to: string, days?: readonly string[], timeZone = zone): Window =>
  Window.parse({ from, to, timeZone, ...(days ? { days } : {}) });

/** 2026-11-20 is a Friday. Berlin is an hour ahead of UTC then, and two in summer. */
const table: readonly [string, Window, string, boolean][] = [
  ["before it opens", window("22:00", "23:00"), "2026-11-20T20:59:59Z", false],
  ["when it opens", window("22:00", "23:00"), "2026-11-20T21:00:00Z", true],
  ["at its last moment", window("22:00", "23:00"), "2026-11-20T21:59:59Z", true],
  ["when it closes", window("22:00", "23:00"), "2026-11-20T22:00:00Z", false],
  ["in summer", window("22:00", "23:00"), "2026-07-20T20:00:00Z", true],
  ["after midnight", window("22:00", "05:00"), "2026-11-21T03:59:00Z", true],
  ["after the end on the next day", window("22:00", "05:00"), "2026-11-21T04:00:00Z", false],
  ["until midnight, written 00:00", window("22:00", "00:00"), "2026-11-20T22:59:59Z", true],
  ["after midnight, written 00:00", window("22:00", "00:00"), "2026-11-20T23:00:00Z", false],
  ["a whole day", window("00:00", "24:00", ["sat"]), "2026-11-21T22:59:59Z", true],
  ["the day before a whole day", window("00:00", "24:00", ["sat"]), "2026-11-20T22:59:59Z", false],
  ["on one of its days", window("22:00", "05:00", ["fri"]), "2026-11-20T21:30:00Z", true],
  ["the morning after one of its days", window("22:00", "05:00", ["fri"]), "2026-11-21T01:00:00Z", true],
  ["the morning of one of its days", window("22:00", "05:00", ["fri"]), "2026-11-20T01:00:00Z", false],
  ["on another day", window("22:00", "05:00", ["fri"]), "2026-11-21T21:30:00Z", false],
  [
    "where it is another day already",
    window("06:00", "07:00", ["sat"], "Pacific/Auckland"),
    "2026-11-20T17:30:00Z",
    true,
  ],
  ["where there is no summer time", window("22:00", "23:00", undefined, "UTC"), "2026-07-20T22:30:00Z", true],
];

test.each(table)("%s", (_, given, at, open) => expect(isOpen(given, new Date(at))).toBe(open));

describe("in the night in which summer time begins (2026-03-29, at 02:00 it is 03:00)", () => {
  it("a window across it is an hour shorter", () => {
    const night = window("22:00", "05:00");
    expect(isOpen(night, new Date("2026-03-28T21:00:00Z"))).toBe(true);
    expect(isOpen(night, new Date("2026-03-29T02:59:59Z"))).toBe(true);
    expect(isOpen(night, new Date("2026-03-29T03:00:00Z"))).toBe(false);
  });

  it("a window that opens in the hour that is left out opens as long after it", () => {
    const early = window("02:30", "05:00");
    expect(isOpen(early, new Date("2026-03-29T01:29:59Z"))).toBe(false);
    expect(nextOpening(early, new Date("2026-03-28T12:00:00Z"))).toEqual(new Date("2026-03-29T01:30:00Z"));
  });

  it("a window that closes in that hour closes as long after it", () => {
    expect(isOpen(window("22:00", "02:30"), new Date("2026-03-29T01:29:59Z"))).toBe(true);
    expect(isOpen(window("22:00", "02:30"), new Date("2026-03-29T01:30:00Z"))).toBe(false);
  });
});

describe("in the night in which it ends (2026-10-25, at 03:00 it is 02:00 again)", () => {
  it("a window across it is an hour longer", () => {
    const night = window("22:00", "05:00");
    expect(isOpen(night, new Date("2026-10-25T03:59:59Z"))).toBe(true);
    expect(isOpen(night, new Date("2026-10-25T04:00:00Z"))).toBe(false);
  });

  it("a window that opens in the hour that comes twice opens once, and stays open", () => {
    const early = window("02:30", "05:00");
    expect(nextOpening(early, new Date("2026-10-24T12:00:00Z"))).toEqual(new Date("2026-10-25T00:30:00Z"));
    expect(isOpen(early, new Date("2026-10-25T01:10:00Z"))).toBe(true);
  });

  it("a window that closes in that hour closes once, and stays closed", () => {
    const late = window("22:00", "02:30");
    expect(isOpen(late, new Date("2026-10-25T00:29:59Z"))).toBe(true);
    expect(isOpen(late, new Date("2026-10-25T00:30:00Z"))).toBe(false);
    expect(isOpen(late, new Date("2026-10-25T01:10:00Z"))).toBe(false);
  });
});

describe("the next opening", () => {
  const weekend = window("22:00", "05:00", ["fri", "sat"]);
  it.each([
    ["2026-11-16T12:00:00Z", "2026-11-20T21:00:00Z"],
    ["2026-11-21T05:00:00Z", "2026-11-21T21:00:00Z"],
    ["2026-11-22T05:00:00Z", "2026-11-27T21:00:00Z"],
    ["2026-11-21T02:00:00Z", "2026-11-21T02:00:00Z"],
  ])("after %s is %s", (at, next) => expect(nextOpening(weekend, new Date(at))).toEqual(new Date(next)));

  it("is a week later where summer time swallows this one", () => {
    const swallowed = Window.parse({ days: ["sun"], from: "02:10", to: "03:05", timeZone: zone });
    expect(nextOpening(swallowed, new Date("2026-03-28T12:00:00Z"))).toEqual(new Date("2026-04-05T00:10:00Z"));
  });

  it("is shown as the clock of its zone shows it", () => {
    expect(onItsClock(weekend, new Date("2026-11-20T21:00:00Z"))).toBe("Fri 2026-11-20 22:00 Europe/Berlin");
  });
});

describe("a window that is written wrong", () => {
  const right = { from: "22:00", to: "05:00", timeZone: zone };
  it.each([
    [{ days: ["friday"] }, "days.0: write one of sun, mon, tue, wed, thu, fri, sat"],
    [{ days: [] }, "days: empty: it would never open"],
    [{ from: "24:00" }, 'from: write a time of day in quotes, such as "22:00"'],
    [{ from: 1320 }, 'from: write a time of day in quotes, such as "22:00"'],
    [{ to: "5:00" }, 'to: write a time of day in quotes, such as "05:00"'],
    [{ to: "22:00" }, "to: is the same as from"],
    [{ timeZone: "Berlin" }, "timeZone: write an IANA time zone, such as Europe/Berlin"],
    [{ timeZone: "+01:00" }, "timeZone: write an IANA time zone, such as Europe/Berlin"],
  ])("%o is told", (change, message) => {
    const { error } = Window.safeParse({ ...right, ...change });
    expect(error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n")).toContain(message);
  });
});
