import { expect, test } from "vitest";
import { add, goCount, none, verdict, vitestCount } from "../count.ts";

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

test.each([
  [{ passed: 2, failed: 0, skipped: 0 }, true, ["2 passed, 0 failed, 0 skipped"]],
  [{ passed: 2, failed: 1, skipped: 0 }, false, ["2 passed, 1 failed, 0 skipped"]],
  [
    { passed: 2, failed: 0, skipped: 3 },
    false,
    ["engine tests: 3 skipped, which counts as failed", "2 passed, 0 failed, 3 skipped"],
  ],
  [none, false, ["0 passed, 0 failed, 0 skipped"]],
])("%j succeeded: %s", (count, succeeded, lines) => {
  expect(
    verdict([
      { name: "types", count: none },
      { name: "engine tests", count },
    ]),
  ).toEqual({ succeeded, lines });
});
