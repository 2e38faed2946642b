import { z } from "zod";
import { checkEstate } from "./rules.ts";
import { versions } from "./versions.ts";

const Name = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, "use 1 to 40 lower-case letters, digits and '-', starting with a letter");
const Domain = z
  .string()
  .regex(
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
    "write a domain in lower case, such as meet.example.org",
  );
const Cidr = z.cidrv4("write an IPv4 range, such as 203.0.113.0/24");
const Address = z.ipv4("write an IPv4 address, such as 192.0.2.53");
const Label = z.string().regex(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, "not a Kubernetes label value");
const LabelKey = z
  .string()
  .regex(/^([a-z0-9.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, "not a Kubernetes label key");

/** How the hosts of a role are replaced. Changing it replaces nothing: the gates read it when they run. */
export const Rollout = z.strictObject({
  /** Hosts of the role that are replaced at the same time. Always 1 for the orchestrator. */
  width: z.int().min(1).max(20).default(1),
  /** Minutes a new host has to join and become Ready. */
  joinMinutes: z.number().positive().max(240).default(20),
  /** Minutes the pods of an old host have to leave it. Then the update fails and the host stays, cordoned. */
  drainMinutes: z.number().positive().max(1440).default(15),
  /** Minutes a new host must stay Ready before the next one is replaced. Fractions are allowed. */
  soakMinutes: z.number().min(0).max(240).default(1),
});

const Host = z.strictObject({
  /** Availability zone of nova. Changing it replaces the host. @default chosen by nova */
  availabilityZone: z.string().min(1).optional(),
  /** Count it up to replace the host when nothing else changed. */
  generation: z.int().min(0).default(0),
});

const Taint = z.strictObject({
  value: Label.default(""),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
});

/** Hosts that are alike: what they run on, who they are, how they are replaced. */
export const Role = z.strictObject({
  /** Name of a flavor. Changing it replaces the role's hosts, one after another. */
  flavor: z.string().min(1),
  /** Whether each host gets a floating IP, which outlives the host. */
  publicAddress: z.boolean().default(false),
  /** Node labels beside `estate/role`. Changing them replaces the role's hosts, one after another. */
  labels: z.record(LabelKey, Label).default({}),
  /** Node taints, by key. Changing them replaces the role's hosts, one after another. */
  taints: z.record(LabelKey, Taint).default({}),
  /** The hosts, by name. A name is a node's name, a DNS name and an identity: renaming is removing and adding. */
  hosts: z.record(Name, Host),
  rollout: Rollout.prefault({}),
});

const K3s = z.strictObject({
  /** Its release, as the nodes report it. Changing it replaces every host, one after another. */
  version: z
    .string()
    .regex(/^v\d+\.\d+\.\d+\+k3s\d+$/, "write a k3s release, such as v1.34.2+k3s1")
    .default(versions.k3s),
  /** Where hosts download the k3s program at first boot. */
  url: z.url({ protocol: /^https?$/, error: "write an http or https address" }),
  /** SHA-512 of that program: 128 hexadecimal digits. A download that differs is refused by Ignition. */
  sha512: z.string().regex(/^[0-9a-f]{128}$/, "write the SHA-512 as 128 lower-case hexadecimal digits"),
});

/** The whole estate, as the operators write it. Strict: what is not named here is a mistake. Secrets are not in it. */
export const Estate = z
  .strictObject({
    /** Prefix of what carries a name in the cloud, and the orchestrator's identity. Fixed for the life of the estate. */
    name: Name.default("estate"),
    /** The DNS zone that is made in Designate; every host and the orchestrator's API have names in it. */
    zone: Domain,
    /** Administrators. */
    admins: z.strictObject({
      /** Where they come from, by name: SSH and the orchestrator's API are open to these ranges. */
      cidrs: z.record(Name, Cidr),
    }),
    network: z.strictObject({
      /** `private`: a network of the estate's own, behind a router, with floating IPs. */
      mode: z.literal("private"),
      /** Addresses of the hosts. Changing it replaces every host. */
      cidr: Cidr,
      /** Name of the cloud's external network: the router's gateway and the pool of floating IPs. */
      external: z.string().min(1),
      /** DNS resolvers the hosts use, by name. Changing them replaces every host. */
      nameservers: z.record(Name, Address),
      /** NTP servers, by name. Changing them replaces every host. @default those of the image */
      timeServers: z.record(Name, Address).default({}),
      /** Where hosts may download from (artifact mirror, container registry), by name. */
      downloads: z.record(Name, z.strictObject({ cidr: Cidr, port: z.int().min(1).max(65535) })),
    }),
    /** The hosts' operating system, found in Glance by name. Another image replaces every host. */
    image: z.strictObject({ name: z.string().min(1) }),
    orchestrator: z.strictObject({
      k3s: K3s,
      /** Addresses of pods. Fixed for the life of the orchestrator. */
      podCidr: Cidr.default("10.42.0.0/16"),
      /** Addresses of services. Fixed for the life of the orchestrator. */
      serviceCidr: Cidr.default("10.43.0.0/16"),
    }),
    /** What kinds of hosts there are. `orchestrator` is one of them. */
    roles: z.record(Name, Role),
  })
  .superRefine(checkEstate);

export type Estate = z.output<typeof Estate>;
export type Role = z.output<typeof Role>;
export type Rollout = z.output<typeof Rollout>;
