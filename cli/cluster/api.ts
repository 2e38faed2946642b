import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, whyUnanswered } from "./error.ts";
import type { Access } from "./kubeconfig.ts";

/** One question to a Kubernetes API. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From the API's root, such as `/api/v1/nodes/bbb-01`; its parts are encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** @default application/json */
  readonly type?: string;
  /** Whether the answer is a text, such as `ok`, instead of JSON. @default false */
  readonly plain?: boolean;
}

/**
 * A Kubernetes API, asked over HTTPS. The official client does more than gates need, and loading it costs a second of computing time
 * at the start of each gate.
 */
export interface Api {
  /**
   * Asks, and asks again where the API is busy and says when to. A question may be sent twice when a kept connection breaks, so it must do
   * no harm then.
   *
   * @throws ApiError when the API answers with an error, Error when it does not answer in time: the message names host and port
   */
  ask<Answer>(call: Call): Promise<Answer>;
  /** All items of a collection, page by page. @throws what `ask` does */
  list<Item>(path: string, query?: Readonly<Record<string, string>>): Promise<Item[]>;
}

export interface ApiOptions {
  /** Milliseconds for a question, until its answer has been read. @default 15 000; the API's own limit is a minute */
  readonly deadline?: number;
  /** Items that a page of a collection has at most. @default 500, as kubectl asks for */
  readonly page?: number;
}

/** The API that one has access to. Nothing is asked of it yet; connections are kept between questions. */
export function openApi(access: Access, { deadline = 15_000, page = 500 }: ApiOptions = {}): Api {
  const { host } = access.server;
  const agent = agentOf(access);

  async function ask<Answer>(call: Call): Promise<Answer> {
    const late = AbortSignal.timeout(deadline);
    const end = performance.now() + deadline;
    for (;;) {
      const { status, retryAfter, body } = await exchange(agent, access.server, call, late).catch((error: unknown) => {
        const why = late.aborted ? `no answer within ${deadline / 1000} s` : whyUnanswered(error);
        throw new Error(`${host}: ${why}`, { cause: error });
      });
      if (status >= 200 && status < 300) return call.plain ? (body as Answer) : parsed<Answer>(host, body);
      const error = new ApiError(host, status, body);
      // it says itself when to ask again
      if (retryAfter === undefined || performance.now() + retryAfter >= end) throw error;
      await sleep(retryAfter);
    }
  }

  async function list<Item>(path: string, query: Readonly<Record<string, string>> = {}): Promise<Item[]> {
    const items: Item[] = [];
    let next = "";
    do {
      const turn: Record<string, string> = next ? { continue: next } : {};
      const part = await ask<Page<Item>>({
        method: "GET",
        path,
        query: { ...query, limit: String(page), ...turn },
      }).catch((error: unknown) => {
        // the pages that are left are of a past that the API has forgotten
        if (next && error instanceof ApiError && error.status === 410) return undefined;
        throw error;
      });
      if (!part) return [...((await ask<Page<Item>>({ method: "GET", path, query })).items ?? [])];
      items.push(...(part.items ?? []));
      next = part.metadata?.continue ?? "";
    } while (next);
    return items;
  }

  return { ask, list };
}

interface Page<Item> {
  readonly items?: readonly Item[] | null;
  readonly metadata?: { readonly continue?: string };
}

interface Answer {
  readonly status: number;
  /** Milliseconds after which an API that is busy wants to be asked again. */
  readonly retryAfter: number | undefined;
  readonly body: string;
}

/** Only the given authority is trusted, whatever the environment says, and the certificate must be for the name that is asked. */
function agentOf({ caCert, clientCert, clientKey }: Access): Agent {
  return new Agent({
    ...{ keepAlive: true, rejectUnauthorized: true, ca: caCert, cert: clientCert, key: clientKey },
    // a busy machine may take longer than node's quarter of a second, and then no address of the name would be tried to the end
    autoSelectFamilyAttemptTimeout: 2000,
  });
}

async function exchange(agent: Agent, server: URL, call: Call, signal: AbortSignal): Promise<Answer> {
  const body = call.body && JSON.stringify(call.body);
  const outgoing = request({
    ...{ agent, signal, method: call.method },
    // an IPv6 address stands in brackets there
    ...{ host: server.hostname.replace(/^\[|\]$/g, ""), port: server.port || 443 },
    path: `${server.pathname.replace(/\/$/, "")}${call.path}${call.query ? `?${new URLSearchParams(call.query)}` : ""}`,
    headers: {
      ...{ accept: "application/json", "user-agent": "estate" },
      ...(body ? { "content-type": call.type ?? "application/json", "content-length": Buffer.byteLength(body) } : {}),
    },
  });
  // `once` tells of the first; none may end the program
  outgoing.on("error", () => undefined);
  outgoing.end(body);
  try {
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    const { statusCode: status = 0, headers, socket } = response;
    const seconds = status === 429 || status >= 500 ? Number(headers["retry-after"] ?? Number.NaN) : Number.NaN;
    const retryAfter = Number.isFinite(seconds) ? Math.max(1, seconds) * 1000 : undefined;
    const answer = { status, retryAfter, body: await text(response) };
    // this server may be the one that is leaving: the next question goes to whichever its name leads to
    if (status >= 500) socket.destroy();
    return answer;
  } catch (error) {
    // the server closed a connection that was kept, most likely before it saw the question
    const closed = outgoing.reusedSocket && ["ECONNRESET", "EPIPE"].includes((error as { code?: string }).code ?? "");
    if (closed && !signal.aborted) return exchange(agent, server, call, signal);
    throw error;
  }
}

function parsed<Answer>(host: string, body: string): Answer {
  try {
    return JSON.parse(body) as Answer;
  } catch {
    throw new Error(
      `${host} answers, but not as a Kubernetes API does: ${body.slice(0, 100).trim() || "with nothing"}`,
    );
  }
}
