import { readdirSync, type StatsFs, statfsSync, statSync } from "node:fs";
import { join } from "node:path";

/** What waits in the store of recordings, and its room. */
export interface Spool {
  /** Recordings that wait for their import. */
  readonly waiting: number;
  /** Seconds since the oldest of them arrived; 0 where none waits. */
  readonly oldestSeconds: number;
  readonly sizeBytes: number;
  /** What users may still write, without the part that is kept for root. */
  readonly freeBytes: number;
}

/**
 * Looks at the store. A recording is an archive in `spool`; what rsync has not finished has another name.
 *
 * @param now milliseconds since 1970
 * @throws Error where the store or its spool cannot be read: that is no empty spool
 */
export function lookAt(store: string, now = Date.now()): Spool {
  const folder = join(store, "spool");
  const archives = readdirSync(folder).filter((name) => name.endsWith(".tar") && !name.startsWith("."));
  const times = archives.flatMap((name) => modified(join(folder, name)));
  const { blocks, bavail, bsize }: StatsFs = statfsSync(store);
  return {
    waiting: times.length,
    oldestSeconds: times.length > 0 ? Math.max(0, (now - Math.min(...times)) / 1000) : 0,
    ...{ sizeBytes: blocks * bsize, freeBytes: bavail * bsize },
  };
}

/** Nothing of one that was imported meanwhile. */
function modified(path: string): number[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? [stats.mtimeMs] : [];
}

/** Prometheus' text format. */
export function metricsOf({ waiting, oldestSeconds, sizeBytes, freeBytes }: Spool): string {
  const gauges = [
    ["scalelite_spool_recordings", "Recordings that wait for their import.", waiting],
    ["scalelite_spool_oldest_seconds", "Age of the recording that waits longest; 0 where none waits.", oldestSeconds],
    ["scalelite_store_size_bytes", "Size of the store of recordings.", sizeBytes],
    ["scalelite_store_free_bytes", "What can still be written to the store of recordings.", freeBytes],
  ] as const;
  return gauges
    .map(([name, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`)
    .join("");
}
