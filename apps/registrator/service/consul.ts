import { z } from "zod";
import { ask } from "./ask.ts";
import type { Sight } from "./observed.ts";

const Health = z.array(
  z.object({
    Node: z.object({ Node: z.string() }),
    Checks: z.array(z.object({ Name: z.string(), Status: z.string() })),
  }),
);

/** How Consul sees the nodes of a service, by name: `/v1/health/service/<name>`. @throws Error when it does not answer */
export async function consulSights(url: string, service: string): Promise<ReadonlyMap<string, Sight>> {
  const target = new URL(`/v1/health/service/${encodeURIComponent(service)}`, url);
  const { status, body } = await ask(target, { timeout: 8000 });
  if (status !== 200) throw new Error(`Consul answered with HTTP ${status}`);
  return new Map(
    Health.parse(JSON.parse(body)).map(({ Node, Checks }) => {
      const failing = Checks.filter(({ Status }) => Status === "critical").map(({ Name }) => Name);
      const why = failing.length === 0 ? "Consul sees it healthy" : `Consul sees it critical (${failing.join(", ")})`;
      return [Node.Node, { up: failing.length === 0, why }];
    }),
  );
}
