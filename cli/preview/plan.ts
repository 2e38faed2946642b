import type { EstateFacts, PoolFacts } from "../../stacks/facts.ts";
import { byText } from "../map/order.ts";
import type { EngineError, Finding, PlanView } from "../up/events.ts";
import { type Change, changesOf, type Kind } from "./changes.ts";
import { isHost, type Roll, rollOf } from "./hosts.ts";
import { meaningOf } from "./meaning.ts";
import { type Together, togetherOf } from "./together.ts";
import { judgedApart, type Unjudged } from "./unjudged.ts";

/** How many resources; components are not counted. */
export type Counts = Readonly<Record<Kind | "unchanged", number>>;

/** What an update would do. It holds names and paths, and no values. */
export interface Plan extends Roll {
  readonly stack: string;
  /** Of what it is, if it is of a commit: a short hash. */
  readonly commit?: string;
  /** Whether the preview came to its end: what it did not come to is not in the plan. */
  readonly complete: boolean;
  /** What the plan does not know of: an update that runs, or what a killed one left. Sentences. */
  readonly halfDone: readonly string[];
  /** Why the orchestrator did not answer: what is in it is then not in the plan, or as the state has it. */
  readonly silentOrchestrator?: string;
  /** That there is no orchestrator yet: nothing but the update can tell whether it takes what is to be in it. */
  readonly noOrchestratorYet?: true;
  /** Why the roll is paused, if it is. */
  readonly paused?: string;
  readonly counts: Counts;
  /** Without components. */
  readonly changes: readonly Change[];
  /** How many hosts there are now. */
  readonly hostsNow: number;
  readonly together: readonly Together[];
  readonly findings: readonly Finding[];
  readonly unjudged: readonly Unjudged[];
  readonly errors: readonly EngineError[];
  /** Names of the hosts that the document has; none where it could not be read. */
  readonly staying: readonly string[];
  /** Names of volumes of which the document says that they are deleted. */
  readonly mayGo: readonly string[];
  /** What it means for those who use the estate: sentences. */
  readonly users: readonly string[];
}

/** What the plan is made of, beside the events. */
export interface Ground {
  readonly stack: string;
  readonly complete: boolean;
  readonly paused?: string | undefined;
  /** Of the document, in the order in which they are replaced; none where it could not be read. */
  readonly pools: readonly PoolFacts[];
  /** What the document says of volumes that it no longer has. @default nothing */
  readonly removal?: EstateFacts["removal"] | undefined;
}

/** The plan that the events of a preview tell. Equal events, in whatever order parallel ones came, give equal plans. */
export function planOf(view: PlanView, { stack, complete, paused, pools, removal }: Ground): Plan {
  const changes = changesOf(view.steps).filter(({ managed }) => managed);
  const roll = rollOf(changes, pools);
  const together = togetherOf(view.steps, pools);
  const of = (kind: Kind) => changes.filter((change) => change.kind === kind).length;
  const servers = changes.filter(isHost);
  const made = new Set(servers.filter(({ kind }) => kind === "create").map(({ name }) => name));
  const known = pools.flatMap(({ hosts }) => hosts).filter(({ name }) => !made.has(name));
  const { judged, unjudged } = judgedApart(view.findings);
  const leaving = servers.filter(({ kind }) => kind === "delete");
  return {
    ...{ stack, complete, halfDone: [], ...(paused === undefined ? {} : { paused }) },
    ...(view.silentOrchestrator === undefined ? {} : { silentOrchestrator: view.silentOrchestrator }),
    counts: {
      ...{ replace: of("replace"), delete: of("delete"), update: of("update"), create: of("create") },
      unchanged: view.unchanged,
    },
    ...{ changes, ...roll, hostsNow: known.length + leaving.length },
    ...{ together, staying: pools.flatMap((pool) => pool.hosts.map(({ name }) => name)) },
    mayGo: deletedVolumes(removal),
    ...{ findings: judged.sort((a, b) => byText(findingKey(a), findingKey(b))), unjudged },
    errors: [...view.errors].sort((a, b) => byText(a.name ?? "", b.name ?? "") || byText(a.message, b.message)),
    users: meaningOf(changes, roll.hosts, pools, together),
  };
}

function deletedVolumes(removal: Ground["removal"]): readonly string[] {
  const { volumes = {} } = removal ?? {};
  return Object.keys(volumes)
    .filter((name) => volumes[name] === "delete")
    .sort(byText);
}

/** `mandatory` before `advisory`. */
function findingKey({ level, pack, policy, name = "", message }: Finding): string {
  return [level === "mandatory" ? 0 : 1, pack, policy, name, message].join("\u0000");
}
