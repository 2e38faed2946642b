import type { Fragment } from "../ignition/config.ts";
import type { PodPort, SecretKind } from "./application.ts";
import { buildOrder, comesAfter } from "./applicationOrder.ts";
import { type Applications, applications } from "./applications.ts";
import type { AppSettings } from "./schema/apps.ts";
import type { Workload } from "./schema/workload.ts";
import type { Estate } from "./schema.ts";

/** An application that runs. */
export interface AppFacts {
  readonly name: string;
  readonly settings: AppSettings;
  /** Applications that run and that it cannot do without. */
  readonly uses: readonly string[];
  /** Applications that it is built after, and removed before. */
  readonly after: readonly string[];
  /** Those that are there, with the names of their callers: `use` is replaced by theirs. */
  readonly ports: Readonly<Record<string, Omit<PodPort, "when">>>;
}

/** A secret of an application that runs. */
export interface AppSecret {
  readonly application: string;
  readonly secret: string;
  /** Its name in the stack's configuration, below `estate:`. */
  readonly key: string;
  readonly kind: SecretKind;
}

/** The applications that run, in the order in which they are built. */
export function appFacts({ apps }: Pick<Estate, "apps">, found: Applications = applications): AppFacts[] {
  const running = runningApps({ apps });
  return buildOrder(running, found).flatMap((name) => {
    const [application, settings] = [found[name], apps[name]];
    if (!application || !settings) return [];
    const { uses = [], ports = {} } = application;
    const users = running.filter((other) => found[other]?.uses?.includes(name));
    return [
      {
        name,
        settings,
        uses,
        after: comesAfter(name, running, found),
        ports: withUsers(present(ports, settings), users),
      },
    ];
  });
}

/** Those that are there with these settings. */
function present(ports: Readonly<Record<string, PodPort>>, settings: AppSettings): AppFacts["ports"] {
  const there = Object.entries(ports).filter(([, { when }]) => when?.(settings) ?? true);
  return Object.fromEntries(there.map(([name, { when: _, ...port }]) => [name, port]));
}

/** Ports, with the applications that `use` stands for. */
function withUsers(ports: AppFacts["ports"], users: readonly string[]): AppFacts["ports"] {
  const entries = Object.entries(ports).map(([name, port]): [string, AppFacts["ports"][string]] => {
    const from = port.from.flatMap((party) => (party === "use" ? users : [party]));
    return [name, { ...port, from: [...new Set(from)] }];
  });
  return Object.fromEntries(entries);
}

/** The names of those that run. */
export function runningApps({ apps }: Pick<Estate, "apps">): string[] {
  return Object.keys(apps)
    .filter((name) => apps[name]?.enabled)
    .sort();
}

/** What the applications that run bring to hosts with these workloads, in the order of their names. */
export function broughtTo(
  runs: readonly Workload[],
  { apps }: Pick<Estate, "apps">,
  found: Applications = applications,
): Fragment[] {
  return runningApps({ apps }).flatMap((name) => {
    const settings = apps[name];
    const fragment = settings && found[name]?.host?.(settings, runs);
    return fragment ? [fragment] : [];
  });
}

/** The secrets that the applications that run need. */
export function appSecrets(estate: Pick<Estate, "apps">, found: Applications = applications): AppSecret[] {
  return runningApps(estate).flatMap((application) =>
    Object.entries(found[application]?.secrets ?? {})
      .filter(([, { when }]) => when?.(estate.apps[application] ?? {}) ?? true)
      .map(([secret, kind]) => ({ ...{ application, secret, kind }, key: `${application}.${secret}` })),
  );
}
