import { z } from "zod";
import { Label, LabelKey, Name } from "./primitives.ts";
import { Window } from "./window.ts";
import { workloads } from "./workload.ts";

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
  /** When hosts of the role may be taken out of service. First creation, new hosts and the end of the estate do not wait for it. @default always */
  window: Window.optional(),
});

const Host = z.strictObject({
  /** Where it is. @default the only site there is */
  site: Name.optional(),
  /** Availability zone of nova. Changing it replaces the host. @default that of its site */
  availabilityZone: z.string().min(1).optional(),
  /** Count it up to replace the host when nothing else changed. */
  generation: z.int().min(0).default(0),
});

/** A disk of its own for each host of the role. It outlives the host, and is never formatted when it holds data. */
const Volume = z.strictObject({
  /** GiB. It can only grow; that is done in place, and the file system follows at the next boot of the host. */
  sizeGiB: z.int().min(1).max(16_384),
  /** Name of cinder's volume type. Changing it is refused: data does not move by itself. @default the cloud's */
  type: z.string().min(1).optional(),
  /** Where the host has it. Changing it replaces the role's hosts, one after another. */
  path: z
    .string()
    .regex(/^(\/[a-z0-9][a-z0-9_.-]*)+$/, "write an absolute path in lower case, such as /var/lib/recordings"),
});

const Taint = z.strictObject({
  value: Label.default(""),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
});

/** Hosts that are alike: what runs on them, what they run on, how they are replaced. */
export const Role = z.strictObject({
  /** What runs on its hosts: decides which ports are open. @default the role's own name, where that is one of these */
  runs: z.array(z.enum(workloads, `write one of ${workloads.join(", ")}`), "write a list, such as [pods]").optional(),
  /** Name of a flavor. Changing it replaces the role's hosts, one after another. */
  flavor: z.string().min(1),
  /**
   * Whether each host can be reached from outside: by a floating IP, which outlives the host. In mode `provider` every host has
   * an address of the cloud's network, and this only says that it must be one that others reach.
   */
  publicAddress: z.boolean().default(false),
  /** Whether nova keeps the role's hosts on different machines: if it can (`soft`), or else not at all (`hard`). Changing it replaces them. */
  antiAffinity: z.enum(["none", "soft", "hard"]).default("none"),
  /** Node labels beside `estate/role`. Changing them replaces the role's hosts, one after another. */
  labels: z.record(LabelKey, Label).default({}),
  /** Node taints, by key. Changing them replaces the role's hosts, one after another. */
  taints: z.record(LabelKey, Taint).default({}),
  /** Data volumes of each host, by name. Adding or removing one replaces the role's hosts, one after another. */
  volumes: z.record(Name, Volume).default({}),
  /** The hosts, by name. A name is a node's name, a DNS name and an identity: renaming is removing and adding. */
  hosts: z.record(Name, Host).optional(),
  /** Instead of `hosts`: so many of them, named `<role>-01` and on. */
  count: z.int().min(0).max(99).optional(),
  rollout: Rollout.prefault({}),
});

export type Role = z.output<typeof Role>;
export type Host = z.output<typeof Host>;
export type Rollout = z.output<typeof Rollout>;

/** The hosts of a role, by name, whichever way they were written. */
export function hostsOf(name: string, { hosts, count = 0 }: Role): Readonly<Record<string, Host>> {
  if (hosts) return hosts;
  const names = Array.from({ length: count }, (_, index) => `${name}-${String(index + 1).padStart(2, "0")}`);
  return Object.fromEntries(names.map((host) => [host, { generation: 0 }]));
}
