import { versionNumber } from "../../registrator/service/release.ts";
import { type AlertGroup, alert } from "../alert.ts";

export interface ServerAlertFacts {
  /** The oldest release of BigBlueButton that is not behind, such as `3.0.35`. */
  readonly leastBbb: string;
}

/** All replicas of the registrator tell the same. */
const state = (word: string) => `max by (server) (registrator_server_state{state="${word}"})`;
const online = "max by (server) (registrator_server_online)";
const changes = (metric: string) => `sum(max by (server) (changes(${metric}[20m])))`;

/** Scalelite's servers, as the registrator sees them there and at themselves. */
export function serverAlerts({ leastBbb }: ServerAlertFacts): AlertGroup {
  return {
    name: "servers",
    rules: [
      alert("ScaleliteUnseen", {
        ...{ severity: "critical", for: "3m" },
        // one that never saw it has no time of a look
        expr: "time() - (max(registrator_look_timestamp_seconds) or max(registrator_trouble) * 0) > 180",
        summary: "The registrator sees nothing of Scalelite and its servers: what is told of them is old",
        cure: "kubectl -n estate logs deploy/registrator says who did not answer: Scalelite, or the orchestrator",
      }),
      alert("ScaleliteWithoutServers", {
        ...{ severity: "critical", for: "3m" },
        expr: `max(registrator_leader) == 1 unless on () count(${online} == 1 and on (server) ${state("enabled")} == 1) > 0`,
        summary: "No server takes new meetings",
        cure: "kubectl -n estate exec deploy/registrator -- ... GET /servers says of each server why (apps/registrator/README.md)",
      }),
      alert("ScaleliteServerOffline", {
        ...{ severity: "critical", for: "2m" },
        expr: `${online} == 0 and on (server) ${state("enabled")} == 1`,
        summary: "Scalelite does not reach {{ $labels.server }}, which should have meetings",
        cure: "Look at the alerts of that host; the registrator takes it out when its node is lost",
      }),
      alert("PollerStale", {
        ...{ severity: "critical", for: "5m" },
        expr: [
          // it was enabled, and nobody has looked at it since
          `count(${state("enabled")} == 1 unless on (server) registrator_server_load) > 0`,
          // people come and go, and no load changes
          `${changes("registrator_server_load")} == 0 and on () ${changes("registrator_server_people")} > 5`,
        ].join(" or "),
        summary: "Scalelite's poller does not look at the servers: loads are old, and lost servers stay",
        cure: "kubectl -n estate logs deploy/scalelite-poller; kubectl -n estate rollout restart deploy/scalelite-poller ends no meeting",
      }),
      alert("BbbVersionBehind", {
        ...{ severity: "warning", for: "1h" },
        expr: `max by (server, version) (registrator_server_version) < ${versionNumber(leastBbb)}`,
        summary: `{{ $labels.server }} runs BigBlueButton {{ $labels.version }}; releases before ${leastBbb} have known holes`,
        cure: "Write the newer release in the document; estate up drains and replaces one host after another",
      }),
      alert("BbbVersionsDiffer", {
        ...{ severity: "info", for: "1d" },
        expr: "count(count by (version) (registrator_server_version)) > 1",
        summary: "Servers have run {{ $value }} releases of BigBlueButton for a day",
        cure: "Run estate up: it goes on where a roll of hosts stopped",
      }),
    ],
  };
}
