/**
 * Runs what registers resources, without stack traces.
 *
 * The SDK takes one for each of the promises behind a resource's outputs, about eighty a resource, and shows them only where
 * PULUMI_DEBUG_PROMISE_LEAKS is set. They are most of the time that a large estate takes. An error says so, because it has none either.
 *
 * @throws what `register` throws
 */
export function withoutStackTraces<Result>(register: () => Result): Result {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return register();
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return register();
  } catch (error) {
    if (error instanceof Error) error.stack += "\n    (run it with PULUMI_DEBUG_PROMISE_LEAKS=1 to see where)";
    throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * Leaves stack traces as Node makes them.
 *
 * Pulumi's launcher has each one mapped to the sources of compiled code. Node runs ours as it is, so that its lines are right without; the
 * mapping was a third of what the program computes, for promises that it makes while resources are registered.
 */
export function withoutSourceMaps(): void {
  Reflect.deleteProperty(Error, "prepareStackTrace");
}
