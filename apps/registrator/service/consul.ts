import { z } from "zod";
import { ask } from "./ask.ts";
import type { Sight } from "./observed.ts";

const Health = z.array(
  z.object({
    Node: z.object({ Node: z.string() }),
    Checks: z.array(z.object({ Name: z.string(), Status: z.string() })),
  }),
);

/** Where Consul is, and what is asked of it. */
export interface ConsulService {
  readonly url: string;
  /** The service whose checks count. */
  readonly service: string;
  /** @default none: only what anybody may read */
  readonly token?: string | undefined;
}

/**
 * How Consul sees the nodes of a service, by name: `/v1/health/service/<name>`. Only the leader is asked: what a server says that has lost
 * the others may be long past.
 *
 * @throws Error when it does not answer, or the token may not read all of it
 */
export async function consulSights({ url, service, token }: ConsulService): Promise<ReadonlyMap<string, Sight>> {
  const target = new URL(`/v1/health/service/${encodeURIComponent(service)}`, url);
  const question = { timeout: 8000, ...(token === undefined ? {} : { headers: { "x-consul-token": token } }) };
  const { status, headers, body } = await ask(target, question);
  if (status !== 200) throw new Error(`Consul answered with HTTP ${status}: ${body.trim().slice(0, 200)}`);
  // it is HTTP 200 with a part, or with nothing
  if (headers.get("x-consul-results-filtered-by-acls") === "true")
    throw new Error(`the token may not read all of service ${service} in Consul`);
  return new Map(
    Health.parse(JSON.parse(body)).map(({ Node, Checks }) => {
      const failing = Checks.filter(({ Status }) => Status === "critical").map(({ Name }) => Name);
      const why = failing.length === 0 ? "Consul sees it healthy" : `Consul sees it critical (${failing.join(", ")})`;
      return [Node.Node, { up: failing.length === 0, why }];
    }),
  );
}
