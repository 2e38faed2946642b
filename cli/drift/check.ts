import { hostname } from "node:os";
import { causeOf } from "../../local/cause.ts";
import type { OpenStack } from "../../local/openstack-client/client.ts";
import { sift } from "./accepted.ts";
import { askCloud, askProgram, askRepair } from "./ask.ts";
import type { Ground } from "./cloud-kinds.ts";
import type { Cluster } from "./cluster.ts";
import type { Answer, Finding } from "./finding.ts";
import { backendTroubles, groundOf, openCloud, openCluster, readCheckpoint } from "./ground.ts";
import type { Held } from "./held.ts";
import type { History } from "./history.ts";
import { interruptedFindings } from "./interruption.ts";
import { withOwners } from "./owner.ts";
import { type Report, reportOf } from "./report.ts";
import { type Scan, scanCloud } from "./scan-cloud.ts";
import { scanCluster } from "./scan-cluster.ts";
import { activityOf, updatingBy } from "./updating.ts";

export interface Terms {
  readonly stack: string;
  readonly history: History;
  /** After how many checks in a row a finding is reported. */
  readonly sightings: number;
  /** Whether the cloud's project has other things than estates. */
  readonly shared: boolean;
}

/**
 * Compares cloud, state and program, and looks for what nobody manages. It changes neither, takes no lock and frees none. While an
 * update runs nothing is written into the history: what is half-made looks like drift.
 */
export async function check({ stack, history, sightings, shared }: Terms): Promise<Report> {
  const before = await activityOf(stack, process.env, hostname());
  const state = await readCheckpoint(stack);
  const openstack = await openCloud();
  const ground = await groundOf(stack, state, openstack);
  const cluster = await openCluster(stack).catch((error: Error) => error);
  const [cloud, scan, inside] = await Promise.all([
    askCloud(stack),
    scanAll({ openstack, ground, shared, cluster }),
    backendTroubles(stack, ground.held),
  ]);
  const changed = cloud.value.findings;
  const owned = cluster instanceof Error ? changed : await withOwners(changed, cluster, ground.held);
  const program = await askProgram(stack);
  const found = [...owned, ...scan.findings, ...program.value];
  const wanted = found.some(({ answer }) => answer === "cloud") && cloud.troubles.length === 0;
  const repair = wanted ? await askRepair(stack) : undefined;
  // one that began meanwhile counts too, and one of another machine, which writes the state
  const after = await activityOf(stack, process.env, hostname());
  const later = await readCheckpoint(stack).catch((error: Error) => error);
  const written = later instanceof Error ? undefined : updatingBy(state, later);
  const updating = before.updating ?? after.updating ?? written;
  const interrupted = updating ? [] : interruptedFindings(state, after);
  const { kept, known } = sift([...interrupted, ...found]);
  const parts: readonly [Answer[], readonly string[]][] = [
    [["cloud"], [...cloud.troubles, ...scan.troubles]],
    [["unmanaged"], scan.troubles],
    [["program"], program.troubles],
    [["interrupted"], []],
  ];
  const whole = parts.flatMap(([own, troubles]) => (troubles.length === 0 ? own : []));
  const at = new Date();
  const seen = updating ? history.look(stack, at, kept) : history.record({ stack, at, findings: kept, whole });
  const unread = later instanceof Error ? [`whether an update runs is not known: ${later.message}`] : [];
  const troubles = [
    ...inside,
    ...unread,
    ...cloud.troubles,
    ...scan.troubles,
    ...program.troubles,
    ...(repair?.troubles ?? []),
  ];
  return reportOf({
    ...{
      stack,
      at,
      updating,
      seen,
      accepted: known,
      repairs: repair?.troubles.length === 0 ? repair.value : undefined,
      sightings,
    },
    troubles: [...(after.stale && interrupted.length === 0 ? [after.stale] : []), ...troubles],
    compared: cloud.value.compared,
  });
}

interface Scanned {
  readonly openstack: OpenStack;
  readonly ground: Ground;
  readonly shared: boolean;
  /** Or why it cannot be asked. */
  readonly cluster: Cluster | Error;
}

/** What the cloud and the orchestrator hold; each that does not answer is a trouble, and the rest is told. Of a base the stack on it tells. */
async function scanAll({ openstack, ground, shared, cluster }: Scanned): Promise<Scan> {
  if (ground.scannedBy !== undefined) return { findings: [], troubles: [] };
  const scans = await Promise.all([scanCloud(openstack, ground, shared), scanOrchestrator(cluster, ground.held)]);
  const findings: readonly Finding[] = scans.flatMap((one) => one.findings);
  return { findings, troubles: scans.flatMap(({ troubles }) => troubles) };
}

async function scanOrchestrator(cluster: Cluster | Error, held: Held): Promise<Scan> {
  const silent = (error: Error): Scan => ({
    findings: [],
    troubles: [`the orchestrator cannot be asked: ${causeOf(error)}`],
  });
  // an estate that is not built yet has no orchestrator
  if (held.namespaces.length + held.hosts.length === 0) return { findings: [], troubles: [] };
  return cluster instanceof Error ? silent(cluster) : scanCluster(cluster, held).catch(silent);
}
