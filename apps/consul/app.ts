import { z } from "zod";
import { defineApplication } from "../../stacks/application.ts";
import { checkVolume } from "../../stacks/checkVolume.ts";
import { Domain, Name } from "../../stacks/schema/primitives.ts";
import { section, told, whole } from "../../stacks/schema/told.ts";
import { app, names, ports } from "./names.ts";

const hosts = told("write the hosts that keep its data, one or three, such as [worker-01]");

/** The name of its page. */
export function pageHost(
  { host }: { readonly host?: string | undefined },
  { zone }: { readonly zone: string },
): string {
  return host ?? `consul.${zone}`;
}

export const application = defineApplication({
  about:
    "A catalogue of the estate's services, and how they are: for the registrator, Prometheus, and programs of others.",
  settings: {
    /**
     * The hosts whose data volumes hold what servers agree on, a server each: one, or three, of which one may be lost. Another one in a
     * place starts that server with nothing, which it gets from the others. Fewer of them must be told to the servers first: README.md.
     */
    hosts: z.array(Name, hosts).refine((all) => [1, 3].includes(all.length) && new Set(all).size === all.length, hosts),
    /** The data volume of each of these hosts. */
    volume: Name.default("consul"),
    /** MiB of memory of a server. Changing it restarts them, one after another. */
    memoryMiB: whole(128, 65_536, "MiB").default(256),
    /** Its page, for administrators: by the ingress, at this name. It asks for a token. */
    page: section({
      /** @default consul in the estate's zone */
      host: Domain.optional(),
    }).optional(),
    /** Count it up by one to change all tokens but that of administrators. It restarts the servers, one after another. */
    generation: z.int(told("write a whole number, 0 or more")).min(0).default(0),
    /** Tokens of this generation and all before it are refused. Count it up in an update after the one that changed `generation`. */
    revoked: z.int(told("write a whole number, -1 or more")).min(-1).default(-1),
  },
  secrets: { seed: { bytes: 32 } },
  ports: {
    http: { port: ports.http, from: [app, "registrator", "monitoring", "ingress"], component: "server" },
    rpc: { port: ports.rpc, from: [app], component: "server" },
    serf: { port: ports.serf, from: [app], component: "server" },
    "serf-udp": { port: ports.serf, protocol: "udp", from: [app], component: "server" },
  },
  web: ({ page }, estate) =>
    page ? [{ host: pageHost(page, estate), service: names.server, port: ports.http, from: "admins" }] : [],
  check({ hosts, volume, generation, revoked }, estate, wrong) {
    for (const [index, host] of hosts.entries())
      checkVolume(estate, { host, volume }, [], ([key], message) =>
        wrong(key === "host" ? ["hosts", index] : ["volume"], message),
      );
    if (revoked >= generation)
      wrong(["revoked"], `would refuse the tokens in use: write less than generation (${generation})`);
  },
});
