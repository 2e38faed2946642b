import type { z } from "zod";
import { checkEstate } from "./rules.ts";
import { Apps } from "./schema/apps.ts";
import { Image } from "./schema/image.ts";
import { Logs } from "./schema/logs.ts";
import { Network, Site } from "./schema/network.ts";
import { Orchestrator } from "./schema/orchestrator.ts";
import { Cidr, Domain, Name, PublicKey } from "./schema/primitives.ts";
import { Role } from "./schema/role.ts";
import { map, section } from "./schema/told.ts";

/** The whole estate, as the operators write it. Strict: what is not named here is a mistake. Secrets are not in it. */
export const Estate = section({
  /** Prefix of what carries a name in the cloud, and the orchestrator's identity. Fixed for the life of the estate. */
  name: Name.default("estate"),
  /** The DNS zone that is made in Designate; every host and the orchestrator's API have names in it. */
  zone: Domain,
  /** Administrators. */
  admins: section({
    /** Where they come from, by name: SSH and the orchestrator's API are open to these ranges. */
    cidrs: map(Name, Cidr, "office: 198.51.100.0/24"),
    /**
     * Their SSH keys besides the estate's own, by name: who has one is user core of every host, and so root. Changed in place, over
     * SSH; a key that is no longer here is revoked. No host is replaced.
     */
    keys: map(Name, PublicKey, "anna: ssh-ed25519 AAAA... anna@example.org").default({}),
  }),
  network: Network,
  /** Where in the cloud the hosts are, by name. */
  sites: map(Name, Site, "main: { cidr: 10.20.0.0/24 }"),
  image: Image,
  logs: Logs.optional(),
  orchestrator: Orchestrator,
  /** What kinds of hosts there are. `orchestrator` is one of them. */
  roles: map(Name, Role, "worker: { runs: [pods], flavor: m1.medium, count: 1 }"),
  /** What runs on the orchestrator, by the names of the folders in apps/. */
  apps: Apps,
}).superRefine(checkEstate);

export type Estate = z.output<typeof Estate>;
