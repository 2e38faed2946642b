import { expect, test } from "vitest";
import { add, goCount, none, vitestCount } from "../count.ts";

test("a test that vitest never reached is skipped, not passed", () => {
  expect(vitestCount({ numPassedTests: 3, numFailedTests: 1, numTotalTests: 6 })).toEqual({
    passed: 3,
    failed: 1,
    skipped: 2,
  });
});

test("go counts tests, not packages", () => {
  const events = [
    { Action: "run", Test: "TestA" },
    { Action: "output", Test: "TestA", Output: "boom\n" },
    { Action: "fail", Test: "TestA" },
    { Action: "pass", Test: "TestB" },
    { Action: "skip", Test: "TestC" },
    { Action: "fail" },
  ];
  const { count, output } = goCount(events.map((event) => JSON.stringify(event)).join("\n"));
  expect(count).toEqual({ passed: 1, failed: 1, skipped: 1 });
  expect(output).toBe("boom\n");
});

test("counts add up", () => {
  expect(add(none, { passed: 1, failed: 2, skipped: 3 })).toEqual({ passed: 1, failed: 2, skipped: 3 });
});
