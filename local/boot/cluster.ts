import type { Supervisor } from "../service.ts";
import type { Breaks } from "./breaks.ts";
import type { HostNetwork } from "./network.ts";
import type { Nova } from "./nova.ts";
import type { Volumes } from "./volumes.ts";

/** What all hosts of a stack share. */
export interface Cluster {
  readonly data: string;
  readonly run: string;
  readonly ignition: string;
  /** The Kubernetes program, if there is one to put in. */
  readonly kubernetes?: string;
  readonly image: string;
  readonly supervisor: Supervisor;
  readonly network: HostNetwork;
  readonly nova: Pick<Nova, "attachments">;
  readonly volumes: Volumes;
  readonly breaks: Breaks;
  /** Names of programs that are played. */
  readonly played: readonly string[];
  /** How many boots may use the processors at once. */
  readonly limit: <T>(task: () => Promise<T>) => Promise<T>;
}
