export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const none: Count = { passed: 0, failed: 0, skipped: 0 };

export function add(a: Count, b: Count): Count {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** One of the runs that make up a test run. */
export interface Suite {
  readonly name: string;
  readonly count: Count;
  /** Names of the tests that failed: what they printed may be thousands of lines above. */
  readonly failures?: readonly string[];
}

/**
 * The last lines of a test run, and whether it succeeded: something passed, nothing failed, and nothing was skipped. A test
 * that did not run has proven nothing.
 */
export function verdict(suites: readonly Suite[]): { readonly lines: readonly string[]; readonly succeeded: boolean } {
  const { passed, failed, skipped } = suites.map(({ count }) => count).reduce(add, none);
  const incomplete = suites.filter(({ count }) => count.skipped > 0);
  const broken = suites.filter(({ count }) => count.failed > 0);
  return {
    lines: [
      ...broken.flatMap(({ name, failures = [] }) =>
        failures.length > 0 ? failures.map((failure) => `${name}, failed: ${failure}`) : [`${name}: failed`],
      ),
      ...incomplete.map(({ name, count }) => `${name}: ${count.skipped} skipped, which counts as failed`),
      `${passed} passed, ${failed} failed, ${skipped} skipped`,
    ],
    succeeded: passed > 0 && failed === 0 && skipped === 0,
  };
}

/** What vitest's JSON report says. A test that was never reached counts as skipped. */
export function vitestCount(report: { numPassedTests: number; numFailedTests: number; numTotalTests: number }): Count {
  const { numPassedTests: passed, numFailedTests: failed, numTotalTests: all } = report;
  return { passed, failed, skipped: all - passed - failed };
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Failed tests in vitest's JSON report, each after its file; or the file alone, when it failed outside its tests. */
export function vitestFailures({ testResults }: VitestReport): readonly string[] {
  return testResults.flatMap(({ name, status, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed").map(({ fullName }) => fullName);
    if (failed.length === 0) return status === "failed" ? [name] : [];
    return failed.map((test) => `${name}: ${test}`);
  });
}

interface GoEvent {
  readonly Action: string;
  readonly Test?: string;
  readonly Output?: string;
}

/** Counts the tests in the output of `go test -json`, names those that failed, and gives back its text. */
export function goCount(lines: string): { count: Count; failures: readonly string[]; output: string } {
  const events = lines
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as GoEvent);
  const ended = (action: string) => events.flatMap(({ Action, Test }) => (Test && Action === action ? [Test] : []));
  const failures = ended("fail");
  return {
    count: { passed: ended("pass").length, failed: failures.length, skipped: ended("skip").length },
    failures,
    output: events.map((event) => event.Output ?? "").join(""),
  };
}
