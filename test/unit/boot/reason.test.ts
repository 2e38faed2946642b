import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseBreak } from "../../../local/boot/breaks.ts";
import { Console } from "../../../local/boot/console.ts";
import { reasonOf, timedOutAt } from "../../../local/boot/reason.ts";
import { Reasons } from "../../../local/boot/reasons.ts";

const folder = mkdtempSync(join(tmpdir(), "estate-console-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a host says why it has not joined, and that it has", () => {
  expect(reasonOf("estate-reason: no token")).toEqual({ reason: "no token" });
  expect(reasonOf("[  1.0] k3s: estate-reason: no token")).toEqual({ reason: "no token" });
  expect(reasonOf("estate-ready: joined")).toEqual({ reason: undefined });
  expect(reasonOf("a story about the-estate-reason of things")).toBeUndefined();
});

test.each([
  ["cannot reach 10.0.0.5:6443 from here: connection timed out", { host: "10.0.0.5", port: 6443 }],
  [
    "waiting for https://api.internal.estate.test:6443: connection timed out, no rule",
    { host: "api.internal.estate.test", port: 6443 },
  ],
  ['Get "http://192.0.2.80/k3s": dial tcp 192.0.2.80:80: i/o timeout', { host: "192.0.2.80", port: 80 }],
  ["cannot reach 10.0.0.5:6443 from here: connection refused", undefined],
  ["it timed out", undefined],
])("%s", (sentence, far) => {
  expect(timedOutAt(sentence)).toEqual(far);
});

test("the last reason counts, until the host is ready or boots again", () => {
  const console = new Console(join(folder, "a.log"));
  console.say("k3s", "estate-reason: first\nestate-reason: second");
  expect(console.reason).toBe("second");
  console.say("k3s", "estate-ready: joined");
  expect(console.reason).toBeUndefined();
  console.fail("boot", "broken");
  expect(console.reason).toBe("broken");
  console.boot("again");
  expect(console.reason).toBeUndefined();
  expect(readFileSync(console.file, "utf8")).toMatch(/^\[ +\d+\.\d{3}\] k3s: estate-reason: first\n/);
});

test("the last words of a host that was deleted are lost, and nothing else happens", () => {
  const console = new Console(join(folder, "gone", "d.log"));
  rmSync(join(folder, "gone"), { recursive: true });
  expect(() => console.say("x", "late")).not.toThrow();
});

test("output in pieces makes whole lines", () => {
  const console = new Console(join(folder, "b.log"));
  const write = console.writer("x");
  write("one\ntw");
  write("o\nthree");
  expect(readFileSync(console.file, "utf8").match(/x: .*/g)).toEqual(["x: one", "x: two"]);
});

test("a console is a ring: the newest lines are kept", () => {
  const console = new Console(join(folder, "c.log"));
  for (let count = 0; count < 5; count++) console.say("x", `${count} ${"a".repeat(1024 * 1024)}`);
  const text = readFileSync(console.file, "utf8");
  expect(text.length).toBeLessThan(3 * 1024 * 1024);
  console.say("x", "the last");
  expect(readFileSync(console.file, "utf8").trimEnd().endsWith("the last")).toBe(true);
});

test("what the network knows is added to a time-out, and to nothing else", async () => {
  const asked: unknown[] = [];
  const reasons = new Reasons({
    whyBlocked: async (question) => {
      asked.push(question);
      return "no rule lets it in";
    },
  });
  const timeout = "cannot reach 10.0.0.5:6443: connection timed out";
  expect(reasons.improved("s", timeout)).toBe(timeout);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(reasons.improved("s", timeout)).toBe(`${timeout}; no rule lets it in`);
  expect(asked).toEqual([{ from: "s", to: "10.0.0.5", protocol: "tcp", port: 6443 }]);
  expect(reasons.improved("s", "the token is wrong")).toBe("the token is wrong");
  expect(reasons.improved("s", undefined)).toBeUndefined();
});

test.each([
  ["none", undefined],
  ["never-boots", { kind: "never-boots" }],
  ["boots-late:5", { kind: "boots-late", seconds: 5 }],
  ["dies-after:0.5", { kind: "dies-after", seconds: 0.5 }],
])("the way to break %s", (mode, how) => {
  expect(parseBreak(mode)).toEqual(how);
});

test.each(["explodes", "boots-late", "dies-after:-1"])("%s is no way to break a host", (mode) => {
  expect(() => parseBreak(mode)).toThrow("say never-boots");
});
