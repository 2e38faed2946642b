import type { PoolFacts } from "../../stacks/facts.ts";
import type { Workload } from "../../stacks/schema/workload.ts";
import { byText } from "../map/order.ts";
import { server } from "../up/step.ts";
import type { Change } from "./changes.ts";
import { type Spell, schedule } from "./schedule.ts";

/** A host that is replaced, deleted or made. */
export interface HostChange {
  readonly name: string;
  /** Unknown of a host that neither the document nor its server's metadata tells of. */
  readonly role?: string;
  readonly runs: readonly Workload[];
  readonly kind: Exclude<Change["kind"], "update">;
  /** What replaces it. */
  readonly replacing: readonly string[];
  /** The host of its pool that must be ready before. */
  readonly after?: string;
  /** The longest that each step may take, in minutes; then the update fails. */
  readonly limits?: Spell;
  /** When it may be taken out of service, as the document says. */
  readonly window?: string;
}

/** The hosts that change, and how long that takes. */
export interface Roll {
  /** In the order in which they begin; those that go for good are last, as the engine has it. */
  readonly hosts: readonly HostChange[];
  /** Minutes: no less, since each new host must stay ready so long; no more, or the update fails. */
  readonly minutes: { readonly least: number; readonly most: number };
}

/** @param pools in the order in which they are replaced; none where no document could be read: the order is then that of names */
export function rollOf(changes: readonly Change[], pools: readonly PoolFacts[]): Roll {
  const servers = new Map(changes.filter(isHost).map((change) => [change.name, change]));
  const kinds = new Map([...servers].map(([name, { kind }]) => [name, kind]));
  const turns = schedule(pools, kinds, limitsOf);
  const places = new Map(turns.map(({ host }, place) => [host, place]));
  const after = new Map(turns.flatMap((turn) => (turn.after ? [[turn.host, turn.after] as const] : [])));
  const hosts = [...servers.values()].map((change) => hostOf(change, pools, after.get(change.name)));
  const place = ({ name, kind }: HostChange) => (kind === "delete" ? Infinity : (places.get(name) ?? turns.length));
  const end = (spellOf: (pool: PoolFacts) => Spell) =>
    Math.max(0, ...schedule(pools, kinds, spellOf).map((turn) => turn.end));
  const leaving = hosts.filter(({ kind }) => kind === "delete").map(({ limits }) => limits?.drain ?? 0);
  const sum = leaving.reduce((total, minutes) => total + minutes, 0);
  return {
    hosts: hosts.sort((a, b) => compare(place(a), place(b)) || byText(a.name, b.name)),
    minutes: { least: end(soakOf), most: end(limitsOf) + sum },
  };
}

/** Not the difference: two that are infinite have none. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** A change that makes, replaces or deletes a host's server. */
export function isHost(change: Change): change is Change & { readonly kind: HostChange["kind"] } {
  return change.type === server && change.kind !== "update";
}

function hostOf(
  { name, kind, role: told, replacing }: Change & { readonly kind: HostChange["kind"] },
  pools: readonly PoolFacts[],
  after: string | undefined,
): HostChange {
  const pool =
    pools.find(({ hosts }) => hosts.some((host) => host.name === name)) ?? pools.find(({ role }) => role === told);
  const role = pool?.role ?? told;
  const { window } = pool?.rollout ?? {};
  return {
    ...{ name, ...(role === undefined ? {} : { role }), runs: pool?.runs ?? [], kind },
    ...{ replacing: kind === "replace" ? replacing : [], ...(after === undefined ? {} : { after }) },
    ...(pool ? { limits: limitsOf(pool) } : {}),
    // new hosts wait for no window
    ...(window && kind !== "create"
      ? { window: `${window.days.join(", ")} ${window.from}-${window.to} ${window.timeZone}` }
      : {}),
  };
}

function limitsOf({ rollout }: PoolFacts): Spell {
  return { drain: rollout.drainMinutes, join: rollout.joinMinutes, soak: rollout.soakMinutes };
}

function soakOf({ rollout }: PoolFacts): Spell {
  return { drain: 0, join: 0, soak: rollout.soakMinutes };
}
