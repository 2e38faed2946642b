import type { AppFacts } from "../../stacks/appFacts.ts";
import { dataVolume } from "../../stacks/dataVolume.ts";
import type { EstateFacts, HostFacts, VolumeFacts } from "../../stacks/facts.ts";
import { versions } from "../../stacks/versions.ts";
import { names as consulNames, ports as consulPorts, datacenter } from "../consul/names.ts";
import type { NotifyFacts } from "./alertmanager.ts";
import type { PrometheusFacts } from "./config.ts";
import type { RuleFacts } from "./rules.ts";
import { hostJobs, podJobs } from "./targets.ts";

/** Where data is kept: a data volume of a host. */
export interface Place {
  readonly host: Pick<HostFacts, "name" | "taints">;
  readonly volume: Pick<VolumeFacts, "path" | "sizeGiB">;
}

/** What the document says of monitoring, as far as configuration follows from it. */
export interface Said {
  readonly scrapeSeconds: number;
  readonly leastBbb: string;
}

/** What configurations are made of. */
export interface MonitoringFacts {
  readonly prometheus: PrometheusFacts;
  readonly rules: RuleFacts;
}

type Known = Pick<EstateFacts, "name" | "pools"> & { readonly apps: readonly Omit<AppFacts, "after">[] };

/** Derives them: what is read is what the document and its applications have. */
export function monitoringFacts(facts: Known, { scrapeSeconds, leastBbb }: Said): MonitoringFacts {
  const [hosts, pods] = [hostJobs(facts), podJobs(facts)];
  const scalelite = facts.apps.find(({ name }) => name === "scalelite");
  const consul = { server: `${consulNames.server}:${consulPorts.http}`, datacenter };
  const registered = facts.apps.some(({ name }) => name === "consul");
  return {
    prometheus: {
      ...{ estate: facts.name, scrapeSeconds, hostJobs: hosts, podJobs: pods },
      ...(registered ? { consul } : {}),
    },
    rules: {
      ...{ jobs: [...hosts, ...pods].map(({ name }) => name), scrapeSeconds, k3s: versions.k3s, leastBbb },
      ...(scalelite ? { scalelite: { recordings: scalelite.settings.recordings !== undefined } } : {}),
      backups: facts.apps.some(({ name }) => name === "postgres"),
    },
  };
}

/** What a Prometheus is made of besides its configuration. */
export interface ServerFacts {
  readonly data: Place;
  readonly memoryMiB: number;
  readonly keepDays: number;
  readonly notify: NotifyFacts;
}

/** The folder on the host of backups where PostgreSQL's leave their measurements; none without PostgreSQL. */
export function backupFolder({ apps, pools }: Known): string | undefined {
  const postgres = apps.find(({ name }) => name === "postgres");
  if (!postgres) return undefined;
  const { host, backup } = postgres.settings as unknown as { readonly host: string; readonly backup: Partial<Placed> };
  const volume = dataVolume({ pools }, { host: backup.host ?? host, volume: backup.volume ?? "backups" });
  return `${volume.volume.path}/metrics`;
}

interface Placed {
  readonly host: string;
  readonly volume: string;
}
