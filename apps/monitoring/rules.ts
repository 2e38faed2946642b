import { backupAlerts } from "../postgres/alerts.ts";
import { certificateAlerts } from "./alerts/certificates.ts";
import { driftRules } from "./alerts/drift.ts";
import { hostAlerts } from "./alerts/hosts.ts";
import { meetingAlerts } from "./alerts/meetings.ts";
import { orchestratorAlerts } from "./alerts/orchestrator.ts";
import { readingAlerts } from "./alerts/reading.ts";
import { recordingAlerts } from "./alerts/recordings.ts";
import { type ScaleliteAlertFacts, scaleliteAlerts } from "./alerts/scalelite.ts";
import { type ServerAlertFacts, serverAlerts } from "./alerts/servers.ts";
import { postgresAlerts, redisAlerts } from "./alerts/stores.ts";
import { turnAlerts } from "./alerts/turn.ts";
import { written } from "./config.ts";

export interface RuleFacts {
  /** Names of all jobs of Prometheus. */
  readonly jobs: readonly string[];
  readonly scrapeSeconds: number;
  /** The release of k3s that the estate pins. */
  readonly k3s: string;
  readonly leastBbb: ServerAlertFacts["leastBbb"];
  /** Scalelite, where it runs. */
  readonly scalelite?: ScaleliteAlertFacts;
  /** Whether databases are backed up: where nothing is, its absence is no fault. */
  readonly backups: boolean;
}

/** The files of rules, by name: of what the estate has, so that no alert is about what is not there. */
export function ruleFiles(facts: RuleFacts): Readonly<Record<string, string>> {
  const { jobs, leastBbb, scalelite, backups } = facts;
  const groups = [
    hostAlerts(),
    orchestratorAlerts(facts),
    readingAlerts(facts),
    ...(jobs.includes("bbb-exporter") ? [meetingAlerts()] : []),
    ...(jobs.includes("bbb-handover") ? [recordingAlerts()] : []),
    ...(scalelite ? [scaleliteAlerts(scalelite)] : []),
    ...(jobs.includes("registrator-http") ? [serverAlerts({ leastBbb })] : []),
    ...(jobs.includes("turn-exporter") ? [turnAlerts()] : []),
    ...(jobs.includes("postgres-exporter") ? [postgresAlerts()] : []),
    ...(jobs.some((job) => job.startsWith("redis-exporter-")) ? [redisAlerts()] : []),
    ...(jobs.includes("ingress-metrics") ? [certificateAlerts()] : []),
    ...(backups ? [backupAlerts()] : []),
  ];
  const own = groups.map((group) => [`alerts-${group.name}.yml`, written({ groups: [group] })] as const);
  return { ...Object.fromEntries(own), "alerts-drift.yml": driftRules() };
}
