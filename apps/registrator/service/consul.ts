import { z } from "zod";
import { ask } from "./ask.ts";
import type { Sight } from "./observed.ts";

const Health = z.array(
  z.object({
    Node: z.object({ Node: z.string() }),
    Checks: z.array(z.object({ Name: z.string(), Status: z.string() })),
  }),
);
const Looked = z.object({ at: z.iso.datetime() });

/** Where Consul is, and what is asked of it. */
export interface ConsulService {
  readonly url: string;
  /** The service whose checks count. */
  readonly service: string;
  /** @default none: only what anybody may read */
  readonly token?: string | undefined;
  /** The key in its store that says when the checks were last made. @default they are taken for new */
  readonly looked?: string | undefined;
}

/** Seconds after which checks are too old to count: a keeper that ended leaves what it saw last. */
const tooOld = 120;

/**
 * How Consul sees the nodes of a service, by name: `/v1/health/service/<name>`. Only the leader is asked: what a server says that has lost
 * the others may be long past.
 *
 * @param now milliseconds since 1970
 * @throws Error when it does not answer, the token may not read all of it, or nobody makes the checks
 */
export async function consulSights(consul: ConsulService, now = Date.now()): Promise<ReadonlyMap<string, Sight>> {
  if (consul.looked !== undefined) await lately(consul, consul.looked, now);
  const listed = Health.parse(await read(consul, `/v1/health/service/${encodeURIComponent(consul.service)}`));
  return new Map(
    listed.map(({ Node, Checks }) => {
      const failing = Checks.filter(({ Status }) => Status === "critical").map(({ Name }) => Name);
      const why = failing.length === 0 ? "Consul sees it healthy" : `Consul sees it critical (${failing.join(", ")})`;
      return [Node.Node, { up: failing.length === 0, why }];
    }),
  );
}

async function lately(consul: ConsulService, key: string, now: number): Promise<void> {
  const { at } = Looked.parse(await read(consul, `/v1/kv/${key}?raw`));
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  if (seconds > tooOld) throw new Error(`its keeper last looked ${seconds} s ago`);
}

async function read({ url, token }: ConsulService, path: string): Promise<unknown> {
  const question = { timeout: 8000, ...(token === undefined ? {} : { headers: { "x-consul-token": token } }) };
  const { status, headers, body } = await ask(new URL(path, url), question);
  if (status !== 200) throw new Error(`${path} was answered with HTTP ${status}: ${body.trim().slice(0, 200)}`);
  // it is HTTP 200 with a part, or with nothing
  if (headers.get("x-consul-results-filtered-by-acls") === "true")
    throw new Error(`the token may not read all of ${path}`);
  return JSON.parse(body);
}
