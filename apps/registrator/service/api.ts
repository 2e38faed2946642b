import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { DrainOrder, ordered } from "./drain-record.ts";
import type { Leader } from "./leader.ts";
import { metricsOf } from "./metrics.ts";
import type { Registrator } from "./registrator.ts";
import { changeShared, type Store } from "./store.ts";
import { isAuthorized } from "./token.ts";
import { viewOf } from "./view.ts";

export interface ApiParts {
  readonly registrator: Registrator;
  readonly leader: Pick<Leader, "leads" | "silence">;
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
}

/** Bytes of a request: an order has some texts. */
const limit = 65_536;
/** Seconds without a word of the orchestrator after which a replica is not alive: it would be started anew. */
const aliveSeconds = 120;

/**
 * What the registrator answers. `/healthz`, `/readyz` and `/metrics` to anyone who reaches it, all else to those who have the token:
 *
 * - `GET /servers`: how each server is and why, and what would be done now
 * - `PUT /drains/NAME`, with an order: begins a drain, or changes it; `GET`: how far it is; `DELETE`: the server takes meetings again
 *
 * Every replica answers: what is ordered is kept on the orchestrator, where the one that leads finds it.
 */
export function serveApi(parts: ApiParts): Server {
  const server = createServer((request, response) => {
    answer(request, parts)
      .catch((error: Error): Reply => ({ status: 503, json: { error: error.message } }))
      .then((reply) => send(response, reply));
  });
  // a client that says nothing holds nothing
  server.requestTimeout = 10_000;
  server.headersTimeout = 5000;
  return server;
}

async function answer(request: IncomingMessage, parts: ApiParts): Promise<Reply> {
  const { pathname } = new URL(request.url ?? "/", "http://registrator");
  const { registrator, leader } = parts;
  if (request.method === "GET") {
    if (pathname === "/healthz") return alive(leader);
    if (pathname === "/readyz") return ready(registrator);
    if (pathname === "/metrics") return { status: 200, text: metricsOf(registrator, leader.leads) };
  }
  const { look } = registrator;
  if (!look) return { status: 503, json: { error: registrator.trouble ?? "it has not looked yet" } };
  if (!isAuthorized(request.headers, look.declared.token)) return { status: 401, json: { error: "no valid token" } };
  if (pathname === "/servers" && request.method === "GET")
    return {
      status: 200,
      json: { servers: viewOf(look), ...(registrator.trouble ? { trouble: registrator.trouble } : {}) },
    };
  const [, name] = /^\/drains\/([a-z0-9][a-z0-9-]*)$/.exec(pathname) ?? [];
  if (!name) return { status: 404, json: { error: "there is nothing here: /servers, /drains/NAME" } };
  return drains(request, name, parts);
}

async function drains(request: IncomingMessage, name: string, parts: ApiParts): Promise<Reply> {
  const { store, now, registrator } = parts;
  const told = (drain: unknown) => {
    const server = registrator.look ? viewOf(registrator.look).find((view) => view.name === name) : undefined;
    return { drain, ...(server ? { server } : {}) };
  };
  if (request.method === "GET") {
    const drain = (await store.read()).drains.get(name);
    return drain
      ? { status: 200, json: told(drain) }
      : { status: 404, json: { error: "no drain", ...told(undefined) } };
  }
  if (request.method === "DELETE") {
    await changeShared(store, (shared) => {
      if (!shared.drains.has(name)) return undefined;
      const left = new Map(shared.drains);
      left.delete(name);
      return { ...shared, drains: left };
    });
    return { status: 200, json: told(undefined) };
  }
  if (request.method !== "PUT") return { status: 405, json: { error: "GET, PUT or DELETE" } };
  const order = DrainOrder.safeParse(await bodyOf(request));
  if (!order.success) {
    const mistakes = order.error.issues.map(({ path, message }) => `${path.join(".") || "(all of it)"}: ${message}`);
    return { status: 400, json: { error: mistakes.join("; ") } };
  }
  const shared = await changeShared(store, (before) => {
    const drain = ordered(order.data, before.drains.get(name), now());
    return { ...before, drains: new Map(before.drains).set(name, drain) };
  });
  return { status: 200, json: told(shared.drains.get(name)) };
}

function alive({ silence }: ApiParts["leader"]): Reply {
  const well = silence !== undefined && silence < aliveSeconds * 1000;
  return well ? { status: 200, text: "ok\n" } : { status: 503, text: "the orchestrator has not answered for long\n" };
}

/** Scalelite that does not answer is no reason: drains are ordered and told all the same. */
function ready({ look, trouble }: Registrator): Reply {
  return look ? { status: 200, text: "ok\n" } : { status: 503, text: `${trouble ?? "it has not looked yet"}\n` };
}

/** Nothing where it is no JSON, or too long: an order is refused then with what it lacks. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk as string;
    if (text.length > limit) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, json, text }: Reply): void {
  const type = json === undefined ? "text/plain; version=0.0.4; charset=utf-8" : "application/json";
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(json === undefined ? text : `${JSON.stringify(json)}\n`);
}
