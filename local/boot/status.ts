import type { UnitStatus } from "./units/state.ts";

/** What `status` says about a host. */
export interface HostStatus {
  /** Of the server in nova. */
  readonly id: string;
  readonly name: string;
  readonly state: "booting" | "running" | "failed" | "stopped";
  /** What it does, or what it waits for. */
  readonly step: string;
  /** One sentence: why it is not what it should be. */
  readonly reason?: string;
  /** ISO 8601, of the last change of state. */
  readonly since: string;
  readonly addresses: readonly string[];
  readonly units: readonly UnitStatus[];
}
