import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { HostStatus } from "../boot/boot.ts";
import type { NetworkStatus } from "../network/network.ts";
import type { Place } from "../place.ts";
import { Trouble } from "../say.ts";
import type { ServiceStatus } from "../service.ts";
import { lastFailure } from "./failure.ts";
import { type Daemon, isInside, runningDaemon } from "./launch.ts";
import type { ProgressState } from "./progress.ts";
import { controlSocket } from "./socket.ts";

export interface StackStatus extends ProgressState {
  /** What is wrong beside the services, the hosts and the network, one sentence each. */
  readonly problems: readonly string[];
  readonly services: readonly ServiceStatus[];
  readonly hosts: readonly HostStatus[];
  /** As soon as it runs. */
  readonly network?: NetworkStatus;
}

/** Asks the daemon of a stack. Every method throws `Trouble` when none runs. */
export interface Client {
  readonly status: () => Promise<StackStatus>;
  /** Calls `see` with each step, until the daemon runs or failed; resolves with the last state. */
  readonly watch: (see: (state: ProgressState) => void) => Promise<ProgressState>;
  readonly stop: () => Promise<void>;
  readonly restart: (service: string) => Promise<void>;
  readonly reason: (host: string) => Promise<string | undefined>;
  readonly break: (host: string, mode: string) => Promise<void>;
  /** A connection to `host:port` as the stack sees it. */
  readonly tunnel: (target: string) => Promise<Socket>;
}

export async function client(here: Place): Promise<Client> {
  if (isInside(here)) return clientAt(controlSocket);
  const daemon = await runningDaemon(here);
  if (!daemon) throw new Trouble(notRunning(lastFailure(here.data)));
  return clientOf(daemon);
}

/** What is said when there is no daemon to ask, with the reason if the last one ended by itself. */
export function notRunning(reason: string | undefined): string {
  const last = reason === undefined ? "" : `. It ended by itself: ${reason}\nAfter the cure,`;
  return `the local stack is not running${last || ";"} 'estate local up' starts it`;
}

export function clientOf(daemon: Daemon): Client {
  return clientAt(`/proc/${daemon.pid}/root${controlSocket}`);
}

function clientAt(socketPath: string): Client {
  const call = async (method: string, path: string, body = ""): Promise<unknown> => {
    const response = await send(request({ socketPath, method, path }), body);
    let text = "";
    for await (const chunk of response) text += chunk;
    const result = JSON.parse(text) as { error?: string };
    if (response.statusCode !== 200) throw new Trouble(result.error ?? text);
    return result;
  };
  return {
    status: async () => (await call("GET", "/status")) as StackStatus,
    watch: (see) => watch(socketPath, see),
    stop: async () => void (await call("POST", "/stop")),
    restart: async (service) => void (await call("POST", `/restart?name=${encodeURIComponent(service)}`)),
    reason: async (host) =>
      ((await call("GET", `/reason?name=${encodeURIComponent(host)}`)) as { reason?: string }).reason,
    break: async (host, mode) => void (await call("POST", `/break?name=${encodeURIComponent(host)}`, mode)),
    tunnel: (target) => tunnel(socketPath, target),
  };
}

function send(call: ClientRequest, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once("response", resolve);
    call.once("error", reject);
    call.end(body);
  });
}

async function watch(socketPath: string, see: (state: ProgressState) => void): Promise<ProgressState> {
  const response = await send(request({ socketPath, path: "/progress" }), "");
  let last: ProgressState = {
    state: "failed",
    step: "starting",
    error: "the daemon of the local stack ended; its log is logs/daemon.log",
  };
  for await (const line of createInterface({ input: response })) {
    last = JSON.parse(line) as ProgressState;
    see(last);
    if (last.state !== "starting") break;
  }
  response.destroy();
  return last;
}

function tunnel(socketPath: string, target: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: "CONNECT", path: target });
    call.once("error", reject);
    call.once("connect", (response, socket) => {
      if (response.statusCode === 200) resolve(socket);
      else reject(new Trouble(`${target} cannot be reached inside the stack: ${response.statusMessage}`));
    });
    call.end();
  });
}
