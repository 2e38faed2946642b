import { chmodSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { BootHandle } from "../boot/boot.ts";
import type { NetworkHandle } from "../network/network.ts";
import { Trouble } from "../say.ts";
import type { Supervisor } from "../service.ts";
import type { Progress } from "./progress.ts";
import { controlSocket } from "./socket.ts";
import { parseTarget } from "./target.ts";

interface Control {
  /** Set as soon as they run. */
  network?: NetworkHandle;
  boot?: BootHandle;
}

interface Parts {
  readonly progress: Progress;
  readonly supervisor: Supervisor;
  readonly stop: () => Promise<void>;
}

type Route = (request: { readonly name: string; readonly body: string; readonly response: ServerResponse }) => unknown;

/** Answers the command line over a unix socket that only the stack's owner can reach. */
export async function serveControl(parts: Parts): Promise<Control> {
  const control: Control = {};
  const routes = routesOf(parts, control);
  const server = createServer((request, response) => void answer(routes, request, response));
  // `estate local open` reaches any address of the stack through here
  server.on("connect", (request: IncomingMessage, socket: Duplex) => tunnel(request.url ?? "", socket));
  await listen(server);
  return control;
}

function routesOf({ progress, supervisor, stop }: Parts, control: Control): Readonly<Record<string, Route>> {
  return {
    "GET /status": () => ({
      ...progress.state,
      problems: [control.boot?.trouble()].filter((one) => one !== undefined),
      services: supervisor.status(),
      hosts: control.boot?.hosts() ?? [],
      network: control.network?.status(),
    }),
    "GET /progress": ({ response }) => {
      const send = () => response.write(`${JSON.stringify(progress.state)}\n`);
      send();
      progress.on("change", send);
      response.once("close", () => progress.off("change", send));
      return undefined;
    },
    "POST /stop": () => {
      setImmediate(() => void stop());
      return {};
    },
    "POST /restart": async ({ name }) => {
      await supervisor.restart(name);
      return {};
    },
    "GET /reason": async ({ name }) => ({ reason: await control.boot?.reason(name) }),
    "POST /break": async ({ name, body }) => {
      if (!control.boot)
        throw new Trouble("the local stack is still starting; try again when 'estate local status' says running");
      await control.boot.break(name, body);
      return {};
    },
  };
}

async function answer(
  routes: Readonly<Record<string, Route>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? "/", "http://daemon");
    const route = routes[`${request.method} ${url.pathname}`];
    if (!route)
      throw new Trouble(
        `the daemon does not know ${request.method} ${url.pathname}; was it started by another version?`,
      );
    const result = await route({ name: url.searchParams.get("name") ?? "", body: await text(request), response });
    if (result !== undefined) response.end(JSON.stringify(result));
  } catch (error) {
    response.statusCode = error instanceof Trouble ? 400 : 500;
    response.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Whatever is asked for and however it ends, it must not reach the rest of the daemon as an error nobody hears. */
export function tunnel(text: string, socket: Duplex): void {
  const refuse = (status: number, why: string) =>
    socket.end(`HTTP/1.1 ${status} ${why.replaceAll(/[^\x20-\x7e]/g, " ")}\r\n\r\n`);
  socket.on("error", () => socket.destroy());
  const target = parseTarget(text);
  if (!target) return void refuse(400, "not HOST:PORT with a port from 1 to 65535");
  const upstream = connect(target);
  let connected = false;
  upstream.once("connect", () => {
    connected = true;
    socket.write("HTTP/1.1 200 Connected\r\n\r\n");
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on("error", (error) => (connected ? socket.destroy() : refuse(502, error.message)));
  socket.once("close", () => upstream.destroy());
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // it stays: a connection that cannot be accepted later is no reason to end
    server.on("error", reject);
    server.listen(controlSocket, resolve);
  });
  chmodSync(controlSocket, 0o600);
}
