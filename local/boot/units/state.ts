/** What `status` says about a unit of a host. */
export interface UnitStatus {
  readonly name: string;
  /** As systemd names them. */
  readonly state: "inactive" | "activating" | "active" | "failed";
  readonly kind: "real" | "played";
  /** Why it failed or was left out. */
  readonly reason?: string;
}
