import { z } from "zod";
import { Label, LabelKey, Name } from "./primitives.ts";
import { form, map, oneOf, section, text, told, whole, yesOrNo } from "./told.ts";
import { Window } from "./window.ts";
import { workloads } from "./workload.ts";

const minutes = (least: string, most: number) =>
  z.number(told(`write minutes, ${least} and at most ${most}; fractions are allowed`)).max(most);

/** How the hosts of a role are replaced. Changing it replaces nothing: the gates read it when they run. */
export const Rollout = section({
  /**
   * Hosts of the role that are replaced at the same time. One that is out of service by itself counts too: no other is begun beside it
   * unless there is room. Always 1 for the orchestrator.
   */
  width: whole(1, 20).default(1),
  /** Minutes a new host has to join and become Ready. */
  joinMinutes: minutes("more than 0", 240).positive().default(20),
  /** Minutes the pods of an old host have to leave it. */
  drainMinutes: minutes("more than 0", 1440).positive().default(15),
  /**
   * What then, if some are left. `abort`: the update fails, and the host stays and takes pods again. `wait`: it waits on, for ever.
   * `force`: they are ended, whatever their disruption budgets say. The majority of etcd is never forced.
   */
  afterDrainMinutes: oneOf(["abort", "wait", "force"]).default("abort"),
  /** Minutes a new host must stay Ready before the next one is replaced. Fractions are allowed. */
  soakMinutes: minutes("at least 0", 240).min(0).default(1),
  /** When hosts of the role may be taken out of service. First creation, new hosts and the end of the estate do not wait for it. @default always */
  window: Window.optional(),
});

const Host = section({
  /** Where it is. @default the only site there is */
  site: Name.optional(),
  /** Availability zone of nova. Changing it replaces the host. @default that of its site */
  availabilityZone: text("the name of an availability zone").optional(),
  /** Count it up to replace the host when nothing else changed. */
  generation: z.int(told("write a whole number, 0 or more")).min(0).default(0),
});

/** A disk of its own for each host of the role. It outlives the host, and is never formatted when it holds data. */
const Volume = section({
  /** GiB. It can only grow; that is done in place, and the file system follows at the next boot of the host. */
  sizeGiB: whole(1, 16_384, "GiB"),
  /** Name of cinder's volume type. Changing it is refused: data does not move by itself. @default the cloud's */
  type: text("the name of a volume type of the cloud").optional(),
  /** Where the host has it. Changing it replaces the role's hosts, one after another. */
  path: form(/^(\/[a-z0-9][a-z0-9_.-]*)+$/, "write an absolute path in lower case, such as /var/lib/recordings"),
});

const Taint = section({
  value: Label.default(""),
  effect: oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
});

/** Hosts that are alike: what runs on them, what they run on, how they are replaced. */
export const Role = section({
  /** What runs on its hosts: decides which ports are open. @default the role's own name, where that is one of these */
  runs: z.array(oneOf(workloads), told("write a list, such as [pods]")).optional(),
  /** Name of a flavor. Changing it replaces the role's hosts, one after another. */
  flavor: text("the name of a flavor, such as m1.large"),
  /**
   * Whether each host can be reached from outside: by a floating IP, which outlives the host. In mode `provider` every host has
   * an address of the cloud's network, and this only says that it must be one that others reach.
   */
  publicAddress: yesOrNo().default(false),
  /** Whether nova keeps the role's hosts on different machines: if it can (`soft`), or else not at all (`hard`). Changing it replaces them. */
  antiAffinity: oneOf(["none", "soft", "hard"]).default("none"),
  /** Node labels beside `estate/role`. Changing them replaces the role's hosts, one after another. */
  labels: map(LabelKey, Label, "example.org/disk: ssd").default({}),
  /** Node taints, by key. Changing them replaces the role's hosts, one after another. */
  taints: map(LabelKey, Taint, "estate/dedicated: { value: bbb, effect: NoSchedule }").default({}),
  /** Data volumes of each host, by name. Adding or removing one replaces the role's hosts, one after another. */
  volumes: map(Name, Volume, "recordings: { sizeGiB: 100, path: /var/lib/recordings }").default({}),
  /** The hosts, by name. A name is a node's name, a DNS name and an identity: renaming is removing and adding. */
  hosts: map(Name, Host, "bbb-01: {}").optional(),
  /** Instead of `hosts`: so many of them, named `<role>-01` and on. */
  count: whole(0, 99).optional(),
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
