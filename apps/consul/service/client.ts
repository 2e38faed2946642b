/** How Consul is asked: a path below its address, with what it answered, as JSON. */
export interface Consul {
  /** @throws Error when it does not answer with HTTP 200, or keeps part of the answer back */
  get(path: string): Promise<unknown>;
  /** @throws Error when it does not take it; what was sent is not part of the message */
  put(path: string, body: object): Promise<void>;
  /** @throws Error when it does not do it */
  delete(path: string): Promise<void>;
}

/** Milliseconds for one request. */
const timeout = 8000;

/**
 * Asks with a token, which is read anew for each request: it may change. Reads are of the leader; without one there is no answer, rather
 * than an old one.
 */
export function connectConsul(url: string, token: () => string): Consul {
  const ask = async (method: string, path: string, body?: object): Promise<Response> => {
    const response = await fetch(new URL(path, url), {
      ...{ method, redirect: "manual", signal: AbortSignal.timeout(timeout) },
      headers: { "x-consul-token": token() },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((error: unknown) => {
      throw new Error(`${method} ${path}: ${wordsOf(error)}`);
    });
    if (response.status === 200) return response;
    // its words name what a token lacks, and no secret
    const said = (await response.text().catch(() => "")).trim().slice(0, 300);
    throw new Error(`${method} ${path}: HTTP ${response.status}${said ? `, ${said}` : ""}`);
  };
  return {
    get: async (path) => {
      const response = await ask("GET", path);
      // else what may not be read would look as if it were not there
      if (response.headers.get("x-consul-results-filtered-by-acls") === "true")
        throw new Error(`GET ${path}: the token may not read all of it`);
      return response.json();
    },
    put: async (path, body) => {
      await (await ask("PUT", path, body)).body?.cancel();
    },
    delete: async (path) => {
      await (await ask("DELETE", path)).body?.cancel();
    },
  };
}

function wordsOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === "TimeoutError") return `no answer within ${timeout / 1000} s`;
  const { code, message: reason } = (cause ?? {}) as { readonly code?: string; readonly message?: string };
  return reason || code || message;
}
