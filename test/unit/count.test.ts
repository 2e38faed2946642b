import { expect, test } from "vitest";
import { add, goCount, none, verdict, vitestCount, vitestFailures } from "../count.ts";

test("a test that vitest never reached is skipped, not passed", () => {
  expect(vitestCount({ numPassedTests: 3, numFailedTests: 1, numTotalTests: 6 })).toEqual({
    passed: 3,
    failed: 1,
    skipped: 2,
  });
});

test("failed tests are named with their file, and a file that failed as a whole by itself", () => {
  const passed = { fullName: "works", status: "passed" };
  const failed = { fullName: "the plan is empty", status: "failed" };
  expect(
    vitestFailures({
      testResults: [
        { name: "a.test.ts", status: "passed", assertionResults: [passed] },
        { name: "b.test.ts", status: "failed", assertionResults: [passed, failed] },
        { name: "c.test.ts", status: "failed", assertionResults: [] },
      ],
    }),
  ).toEqual(["b.test.ts: the plan is empty", "c.test.ts"]);
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
  const { count, failures, output } = goCount(events.map((event) => JSON.stringify(event)).join("\n"));
  expect(count).toEqual({ passed: 1, failed: 1, skipped: 1 });
  expect(failures).toEqual(["TestA"]);
  expect(output).toBe("boom\n");
});

test("counts add up", () => {
  expect(add(none, { passed: 1, failed: 2, skipped: 3 })).toEqual({ passed: 1, failed: 2, skipped: 3 });
});

test.each([
  [{ passed: 2, failed: 0, skipped: 0 }, true, ["2 passed, 0 failed, 0 skipped"]],
  [{ passed: 2, failed: 1, skipped: 0 }, false, ["engine tests: failed", "2 passed, 1 failed, 0 skipped"]],
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

test("what failed is named right above the count", () => {
  const suites = [
    { name: "unit tests", count: { passed: 3, failed: 2, skipped: 0 }, failures: ["a.test.ts: one", "a.test.ts: two"] },
    { name: "style", count: { ...none, failed: 1 } },
  ];
  expect(verdict(suites).lines).toEqual([
    "unit tests, failed: a.test.ts: one",
    "unit tests, failed: a.test.ts: two",
    "style: failed",
    "3 passed, 3 failed, 0 skipped",
  ]);
});
