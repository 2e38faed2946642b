import type { z } from "zod";
import { Name } from "./primitives.ts";
import { oneOf, section } from "./told.ts";

/**
 * What the names of the orchestrator's API lead to. Changing it replaces the orchestrator's servers, one after another, and no other
 * host: those know the API by its name.
 */
export const Api = section({
  /**
   * `hosts`: the addresses of all servers. `loadBalancer`: one of Octavia before them, which leaves out a server that does not answer.
   * Its traffic comes from its own subnet, so that the servers' API is open to all of that. `vip`: an address that one of the servers
   * has, and another takes over when that does not answer; for networks of the estate's own, and servers that are all in one site.
   */
  front: oneOf(["hosts", "loadBalancer", "vip"]).default("hosts"),
  /** Where the load balancer has its address. Changing it replaces the load balancer. @default the only site there is */
  site: Name.optional(),
});

export type Api = z.output<typeof Api>;
