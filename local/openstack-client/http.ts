import pRetry from "p-retry";
import { causeOf } from "../cause.ts";
import { Trouble } from "../say.ts";
import { OpenstackError } from "./error.ts";

/** One HTTP request. */
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** @default 60 */
  readonly timeoutSeconds?: number;
}

/** One HTTP answer that was no error. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Passing faults of a proxy or of a service that is being restarted. */
const passing = new Set([429, 502, 503, 504]);
/** A method that may be sent twice without doing anything twice. */
const repeatable = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/**
 * Sends a request, several times if that can help: when nobody answers, and, where the method may be repeated, when the
 * connection breaks or the service says that it is busy.
 *
 * Throws `OpenstackError` for an error status, `Trouble` when nobody answers.
 */
export async function send(call: Call, retries = 4): Promise<Answer> {
  try {
    return await pRetry(() => once(call), {
      retries,
      minTimeout: 150,
      maxTimeout: 3000,
      randomize: true,
      shouldRetry: ({ error }) => worthwhile(call.method, error),
    });
  } catch (error) {
    if (error instanceof OpenstackError) throw error;
    throw new Trouble(`${call.method} ${call.url}: no answer (${causeOf(error)})`);
  }
}

async function once(call: Call): Promise<Answer> {
  const response = await fetch(call.url, {
    method: call.method,
    headers: {
      accept: "application/json",
      ...(call.body !== undefined && { "content-type": "application/json" }),
      ...call.headers,
    },
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    signal: AbortSignal.timeout((call.timeoutSeconds ?? 60) * 1000),
  });
  const text = await response.text();
  if (response.status >= 400) throw new OpenstackError(`${call.method} ${call.url}`, response.status, text);
  return { status: response.status, headers: response.headers, text };
}

function worthwhile(method: string, error: unknown): boolean {
  if (error instanceof OpenstackError) return repeatable.has(method) && passing.has(error.status);
  return repeatable.has(method) || causeOf(error).includes("ECONNREFUSED");
}
