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

export interface Control {
  /** Set as soon as they run. */
  network?: NetworkHandle;
  boot?: BootHandle;
}

interface Parts {
  readonly data: string;
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
  const url = new URL(request.url ?? "/", "http://daemon");
  const route = routes[`${request.method} ${url.pathname}`];
  try {
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

function tunnel(target: string, socket: Duplex): void {
  const at = target.lastIndexOf(":");
  const upstream = connect({ host: target.slice(0, at), port: Number(target.slice(at + 1)) });
  upstream.once("connect", () => {
    socket.write("HTTP/1.1 200 Connected\r\n\r\n");
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.once("error", (error) => socket.end(`HTTP/1.1 502 ${error.message.replaceAll(/[\r\n]/g, " ")}\r\n\r\n`));
  socket.once("error", () => upstream.destroy());
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(controlSocket, resolve);
  });
  chmodSync(controlSocket, 0o600);
}
