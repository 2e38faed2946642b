import { afterEach, describe, expect, it, vi } from "vitest";
import { withoutSourceMaps, withoutStackTraces } from "../../../stacks/stackTraces.ts";

const lines = (text: string | undefined) => (text ?? "").split("\n").filter((line) => /^ +at /.test(line));
const fails = (): never => {
  throw new Error("no such host");
};

/** What is thrown. */
function thrownBy(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

afterEach(() => vi.unstubAllEnvs());

describe("registering without stack traces", () => {
  it("gives back what was registered, which had none", () => {
    expect(withoutStackTraces(() => lines(new Error("here").stack))).toEqual([]);
    expect(withoutStackTraces(() => "registered")).toBe("registered");
  });

  it("leaves them to all that comes later, also after an error", () => {
    const limit = Error.stackTraceLimit;
    expect(limit).toBeGreaterThan(0);
    withoutStackTraces(() => undefined);
    expect(Error.stackTraceLimit).toBe(limit);
    thrownBy(() => withoutStackTraces(fails));
    expect(Error.stackTraceLimit).toBe(limit);
    expect(lines(new Error("here").stack).length).toBeGreaterThan(0);
  });

  it("throws the error itself, which says how to see where it was", () => {
    const { message, stack } = thrownBy(() => withoutStackTraces(fails));
    expect(message).toBe("no such host");
    expect(lines(stack)).toEqual([]);
    expect(stack).toContain("PULUMI_DEBUG_PROMISE_LEAKS=1");
  });

  it("keeps them for whoever looks for a promise that nobody waits for", () => {
    vi.stubEnv("PULUMI_DEBUG_PROMISE_LEAKS", "1");
    expect(lines(thrownBy(() => withoutStackTraces(fails)).stack).length).toBeGreaterThan(0);
  });
});

it("leaves stack traces as Node makes them, whatever the launcher has made of them", () => {
  const before = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  try {
    Error.prepareStackTrace = () => "mapped";
    expect(new Error("here").stack).toBe("mapped");
    withoutSourceMaps();
    expect(new Error("here").stack).toMatch(/stackTraces\.test\.ts:\d+/);
  } finally {
    if (before) Object.defineProperty(Error, "prepareStackTrace", before);
  }
});
