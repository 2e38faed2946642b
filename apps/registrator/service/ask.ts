/** What an HTTP server answered. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly body: string;
}

export interface Question {
  /** Milliseconds for all of it. */
  readonly timeout: number;
  /** Sent as JSON, by POST. */
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Bytes of an answer that are read: a server with thousands of meetings stays far below. */
const limit = 20_000_000;

/**
 * Asks a server; any answer is one. Redirects are not followed: a checksum is meant for one server.
 *
 * @throws Error when there is none, in words for people; a query, which has a checksum, is not part of them
 */
export async function ask(url: URL, { timeout, json, headers }: Question): Promise<Answer> {
  try {
    const response = await fetch(url, {
      ...{ redirect: "manual", signal: AbortSignal.timeout(timeout) },
      ...(json ? { method: "POST", body: JSON.stringify(json) } : {}),
      headers: { ...(json ? { "content-type": "application/json" } : {}), ...headers },
    });
    const body = await response.text();
    if (body.length > limit) throw new Error(`the answer has ${body.length} characters`);
    const { status, headers: told } = response;
    return { status, type: told.get("content-type") ?? "", headers: told, body };
  } catch (error) {
    throw new Error(`${url.origin}${url.pathname}: ${wordsOf(error, timeout)}`);
  }
}

function wordsOf(error: unknown, timeout: number): string {
  const { name, message, cause } = error as Error;
  if (name === "TimeoutError") return `no answer within ${timeout / 1000} s`;
  const { code, message: reason } = (cause ?? {}) as { readonly code?: string; readonly message?: string };
  return reason || code || message;
}
