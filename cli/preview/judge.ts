import { rebuiltBy } from "./in-place.ts";
import { listed } from "./listed.ts";
import { goneAddresses, goneData } from "./losses.ts";
import type { Plan } from "./plan.ts";

/** What a plan may be refused for; an operator accepts them by these names. */
export const dangers = ["width", "protected", "removed", "data", "addresses", "rebuild"] as const;
export type Danger = (typeof dangers)[number];

/** Why a plan is refused, and what to do. */
export interface Refusal {
  readonly danger: Danger;
  readonly what: string;
  readonly cure: string;
}

export interface Limits {
  /** Percent of the resources, and of the hosts, that one update may delete for good. @default 30 */
  readonly maxRemoved?: number;
  /** What is accepted nevertheless. @default nothing */
  readonly accepted?: readonly Danger[];
}

export const defaultMaxRemoved = 30;
/** So few hosts may always go: of two hosts, one is half. */
const fewHosts = 1;
/** So few resources may always go. */
const fewResources = 20;

/** What speaks against a plan, from what it holds alone; nothing if it may be done. */
export function judgePlan(plan: Plan, { maxRemoved = defaultMaxRemoved, accepted = [] }: Limits): Refusal[] {
  const found = [
    ...[tooManyTogether(plan), unprotected(plan), tooMuchRemoved(plan, maxRemoved)],
    ...[lostData(plan), lostAddresses(plan), rebuilt(plan)],
  ].flat();
  return found.filter(({ danger }) => !accepted.includes(danger));
}

const accept = (danger: Danger) => `or, if that is meant, add --accept ${danger}`;

function tooManyTogether({ together }: Plan): Refusal[] {
  return together
    .filter(({ atOnce, width }) => atOnce > width)
    .map(({ role, width, atOnce, hosts }) => ({
      danger: "width",
      what: `${atOnce} of the ${hosts.length} ${role} hosts that are replaced would be away at the same time; rollout.width is ${width} (${listed(hosts)})`,
      cure: `have each server depend on the -ready gate of the host before it, and on nothing that is itself deleted before it is replaced; ${accept("width")}`,
    }));
}

/** The engine refuses to delete what is protected, but not what loses its protection in the same update. */
function unprotected({ changes }: Plan): Refusal[] {
  const gone = changes.filter((change) => change.protected && ["replace", "delete"].includes(change.kind));
  if (gone.length === 0) return [];
  const names = gone.map(({ name, kind }) => `${name} (${kind === "replace" ? "replaced" : "deleted"})`);
  return [
    {
      danger: "protected",
      what: `what is protected would go: ${listed(names)}`,
      cure: `put it back into the document or the program; if it must go, save its data, take its protection away in an update of its own ('pulumi state unprotect'), and run this again; ${accept("protected")}`,
    },
  ];
}

function lostData(plan: Plan): Refusal[] {
  const gone = goneData(plan);
  if (gone.length === 0) return [];
  return [
    {
      danger: "data",
      what: `data would go with what is replaced or deleted: ${listed(gone.map(({ name, type, kind }) => `${name} (${type.split(":").at(-1)}, ${kind}d)`))}`,
      cure: `put it back into the document; or say there what becomes of a volume: removal: { volumes: { NAME: keep } }, or delete; ${accept("data")}`,
    },
  ];
}

/** Firewalls, partners and phones outside of the estate know these addresses. */
function lostAddresses(plan: Plan): Refusal[] {
  const gone = goneAddresses(plan);
  if (gone.length === 0) return [];
  return [
    {
      danger: "addresses",
      what: `addresses or names that others know would go, of hosts that stay: ${listed(gone.map(({ name }) => name))}`,
      cure: `look for a change of network.mode, network.external, zone, of a site's cidr or of a role's publicAddress, and take it back; ${accept("addresses")}`,
    },
  ];
}

/** The provider has nova rebuild or resize a server whose program does not say that it is replaced: at once, with all that runs on it. */
function rebuilt({ changes }: Plan): Refusal[] {
  const hosts = changes.flatMap((change) => {
    const paths = rebuiltBy(change);
    return paths.length === 0 ? [] : [`${change.name} (${paths.join(" and ")})`];
  });
  if (hosts.length === 0) return [];
  return [
    {
      danger: "rebuild",
      what: `hosts would be rebuilt or resized where they run, undrained and without waiting for each other: ${listed(hosts)}`,
      cure: `have the server name these in its replaceOnChanges (components/host.ts), so that it is replaced in its turn; ${accept("rebuild")}`,
    },
  ];
}

function tooMuchRemoved({ counts, hosts, hostsNow }: Plan, percent: number): Refusal[] {
  const { replace, delete: removed, update, unchanged } = counts;
  const leaving = hosts.filter(({ kind }) => kind === "delete");
  const parts = [
    { removed, all: replace + removed + update + unchanged, few: fewResources, word: "resources" },
    {
      removed: leaving.length,
      all: hostsNow,
      few: fewHosts,
      word: `hosts (${listed(leaving.map(({ name }) => name))})`,
    },
  ].filter((part) => part.removed > part.few && part.removed * 100 > part.all * percent);
  if (parts.length === 0) return [];
  const told = parts.map(({ removed, all, word }) => `${removed} of ${all} ${word}`);
  return [
    {
      danger: "removed",
      what: `${told.join(" and ")} would be deleted for good; at most ${percent} % may be in one update`,
      cure: `look whether the document or the stack is the right one; remove less in one update; 'estate destroy' deletes all; raise --max-removed, ${accept("removed")}`,
    },
  ];
}
