import { request as plain } from "node:http";
import { request as secure } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import { type DrainOrder, phases } from "../../apps/registrator/service/drain-record.ts";

const Told = z.object({
  drain: z.object({ phase: z.enum(phases), reason: z.string(), order: z.object({ machine: z.string() }) }).optional(),
  server: z.object({ condition: z.string(), health: z.string(), reason: z.string() }).optional(),
});

/** What the registrator tells of a server and its drain. */
export type Told = z.output<typeof Told>;

/** What a gate asks of the registrator. Every method throws when it does not answer, or refuses, with why. */
export interface Registrator {
  /** Begins the drain of a server, or changes it. */
  drain(name: string, order: DrainOrder): Promise<Told>;
  /** How far it is. No drain is an answer. */
  look(name: string): Promise<Told>;
  /** The drain is over: the server takes meetings again, once its API answers. */
  release(name: string): Promise<Told>;
}

export interface RegistratorAddress {
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Name of its Service, and the name or number of its port. */
  readonly service: string;
  readonly port: string;
  readonly token: string;
}

/** Milliseconds for one request. */
const timeout = 15_000;

/**
 * The registrator behind the orchestrator's API, which leads requests to Services: so a gate reaches it from wherever it reaches the
 * orchestrator, and nothing of it is open outside.
 */
export function connectRegistrator({ kubeconfig, namespace, service, port, token }: RegistratorAddress): Registrator {
  const path = `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy`;
  let loaded: Promise<KubeConfig> | undefined;
  const ask = async (method: string, name: string, body?: object): Promise<Told> => {
    loaded ??= load(kubeconfig);
    const config = await loaded;
    const base = `${config.getCurrentCluster()?.server}${path}`;
    const { status, text } = await send(config, new URL(`${base}/drains/${name}`), { method, token, body });
    const told = Told.safeParse(parsed(text));
    // no drain is an answer of its own; any other 404 is not the registrator's
    const absent = method === "GET" && status === 404 && errorIn(text) === "no drain";
    if (told.success && (status === 200 || absent)) return told.data;
    throw new Error(`the registrator answered with HTTP ${status}: ${errorIn(text)}`);
  };
  return {
    drain: (name, order) => ask("PUT", name, order),
    look: (name) => ask("GET", name),
    release: (name) => ask("DELETE", name),
  };
}

/** Loading the client costs a second of computing time: only gates of hosts with meetings do it. */
async function load(kubeconfig: string): Promise<KubeConfig> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  return config;
}

interface Sent {
  readonly method: string;
  readonly token: string;
  readonly body: object | undefined;
}

async function send(
  config: KubeConfig,
  url: URL,
  { method, token, body }: Sent,
): Promise<{ status: number; text: string }> {
  const options = {
    ...{ method, timeout, signal: AbortSignal.timeout(timeout) },
    // the orchestrator's API takes an Authorization away
    headers: { "content-type": "application/json", "x-estate-authorization": `Bearer ${token}` },
  };
  const encrypted = url.protocol === "https:";
  if (encrypted) await config.applyToHTTPSOptions(options);
  const request = encrypted ? secure : plain;
  return new Promise((resolve, reject) => {
    const sent = request(url, options, async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += chunk as string;
      resolve({ status: response.statusCode ?? 0, text });
    });
    sent.on("error", (error) => {
      const late = error.name === "AbortError" || error.name === "TimeoutError";
      reject(new Error(`the registrator: ${late ? `no answer within ${timeout / 1000} s` : error.message}`));
    });
    sent.end(body ? JSON.stringify(body) : undefined);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What went wrong, by the registrator or by the orchestrator before it. */
function errorIn(text: string): string {
  const { error, message } = (parsed(text) ?? {}) as { readonly error?: unknown; readonly message?: unknown };
  const said = [error, message].find((one) => typeof one === "string");
  return said === undefined ? "no reason given" : String(said);
}
