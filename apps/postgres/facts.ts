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
  /** Where the databases are. At another place the server starts with what is there, or with none. */
  readonly data: Place;
  /** Where the backups are. At another place old backups are left where they are. */
  readonly backups: Place;
  /** MiB of the server. Changing it restarts the server: seconds without it. */
  readonly memoryMiB: number;
  /** Of all applications together. Changing it restarts the server. */
  readonly maxConnections: number;
  /** Of backups: a time of cron, UTC. Changed in place. */
  readonly schedule: string;
  /** Hours that every backup is kept. Changed in place: the next backup looks at it. */
  readonly keepHours: number;
  /** Days that the last backup of a day is kept. Changed in place: the next backup looks at it. */
  readonly keepDays: number;
  /** One for each application that uses it, in the order of their names. A job makes and changes them in place; none is ever dropped. */
  readonly databases: readonly DatabaseFacts[];
  /** Whether its measurements are read: by a pod beside the server, which comes and goes without a restart of that. */
  readonly monitored: boolean;
}
