import type { z } from "zod";
import { Name } from "./primitives.ts";
import { oneOf, section } from "./told.ts";

/** What the names of the orchestrator's API lead to. Changing it replaces the orchestrator's servers, one after another. */
export const Api = section({
  /**
   * `hosts`: the addresses of all servers. `loadBalancer`: one of Octavia before them, which leaves out a server that does not answer.
   * Its traffic comes from its own subnet, so that the servers' API is open to all of that.
   */
  front: oneOf(["hosts", "loadBalancer"]).default("hosts"),
  /** Where the load balancer has its address. Changing it replaces the load balancer. @default the only site there is */
  site: Name.optional(),
});

export type Api = z.output<typeof Api>;
