import { peopleIn } from "./observed.ts";
import type { Look } from "./registrator.ts";
import { describe } from "./step.ts";
import { healthOf } from "./verdict.ts";

/** A server as the API tells it. No secret is in it. */
export interface ServerView {
  readonly name: string;
  readonly condition: string;
  readonly health: string;
  readonly reason: string;
  /** In Scalelite: its state, whether its poller reaches it, its load. */
  readonly state?: string;
  readonly online?: boolean;
  readonly load?: number;
  /** What its own API says. */
  readonly version?: string;
  readonly meetings?: number;
  readonly people?: number;
  /** What would be done now, or is being done. */
  readonly steps: readonly string[];
}

export function viewOf({ observed, verdicts }: Look): ServerView[] {
  return verdicts.map(({ server: name, condition, reason, steps }) => {
    const entry = observed.subjects.find((subject) => subject.name === name)?.entry;
    const probe = observed.probes.get(name);
    return {
      ...{ name, condition, health: healthOf[condition], reason },
      ...(entry ? { state: entry.state, online: entry.online } : {}),
      ...(entry?.load === undefined ? {} : { load: entry.load }),
      ...(probe?.answers ? { meetings: probe.meetings.length, people: peopleIn(probe.meetings) } : {}),
      ...(probe?.answers && probe.version ? { version: probe.version } : {}),
      steps: steps.map(describe),
    };
  });
}
