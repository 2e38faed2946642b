import type { HostFacts, VolumeFacts } from "../../stacks/facts.ts";
import type { DatabaseFacts } from "./databases.ts";

/** Where something is kept: a data volume of a host. */
export interface Place {
  readonly host: Pick<HostFacts, "name" | "taints">;
  readonly volume: Pick<VolumeFacts, "path" | "sizeGiB">;
}

/** What PostgreSQL is made of. */
export interface PostgresFacts {
  /** By digest. Another patch release restarts the server; another major version is refused by the server itself. */
  readonly image: string;
  readonly data: Place;
  readonly backups: Place;
  readonly memoryMiB: number;
  readonly maxConnections: number;
  /** Of backups: a time of cron, UTC. */
  readonly schedule: string;
  readonly keepHours: number;
  readonly keepDays: number;
  /** One for each application that uses it, in the order of their names. */
  readonly databases: readonly DatabaseFacts[];
  /** Whether its measurements are read. */
  readonly monitored: boolean;
}
