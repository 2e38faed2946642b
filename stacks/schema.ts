import { z } from "zod";
import { checkEstate } from "./rules.ts";
import { Api } from "./schema/api.ts";
import { Image } from "./schema/image.ts";
import { Logs } from "./schema/logs.ts";
import { Network, Site } from "./schema/network.ts";
import { Cidr, Domain, Name, Port } from "./schema/primitives.ts";
import { Role } from "./schema/role.ts";
import { form, map, section, told } from "./schema/told.ts";
import { versions } from "./versions.ts";

const K3s = section({
  /** Its release, as the nodes report it. Changing it replaces every host, one after another. */
  version: form(/^v\d+\.\d+\.\d+\+k3s\d+$/, "write a k3s release, such as v1.34.2+k3s1").default(versions.k3s),
  /** Where hosts download the k3s program at first boot. */
  url: z.url({ protocol: /^https?$/, ...told("write an http or https address") }),
  /** SHA-512 of that program: 128 hexadecimal digits. A download that differs is refused by Ignition. */
  sha512: form(/^[0-9a-f]{128}$/, "write the SHA-512 as 128 lower-case hexadecimal digits"),
});

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
  }),
  network: Network,
  /** Where in the cloud the hosts are, by name. */
  sites: map(Name, Site, "main: { cidr: 10.20.0.0/24 }"),
  image: Image,
  logs: Logs.optional(),
  orchestrator: section({
    k3s: K3s,
    api: Api.prefault({}),
    /** Addresses of pods. Fixed for the life of the orchestrator. */
    podCidr: Cidr.default("10.42.0.0/16"),
    /** Addresses of services. Fixed for the life of the orchestrator. */
    serviceCidr: Cidr.default("10.43.0.0/16"),
    /** Ports of every node behind which services may be found. Changing them replaces the orchestrator's servers. */
    nodePorts: section({ from: Port, to: Port }).default({ from: 13_000, to: 15_767 }),
  }),
  /** What kinds of hosts there are. `orchestrator` is one of them. */
  roles: map(Name, Role, "worker: { runs: [pods], flavor: m1.medium, count: 1 }"),
}).superRefine(checkEstate);

export type Estate = z.output<typeof Estate>;
