import type { Drain } from "./drain-record.ts";
import type { Step } from "./step.ts";

/**
 * How a server is, in one word.
 *
 * - `absent`: not in Scalelite; `off`: in it, but declared as not enabled; `surplus`: in it, but not declared
 * - `unpolled`: added and enabled, and Scalelite has not looked yet; `up`: it takes meetings
 * - `silent`: its API does not answer; `dead`: its host is lost as well
 * - `draining`, `drained`: see its drain; `unknown`: Scalelite does not answer
 */
export type Condition =
  | ("absent" | "off" | "surplus" | "unpolled" | "up")
  | ("silent" | "dead" | "draining" | "drained" | "unknown");

/** The words that the whole estate has for health. Unknown is never up. */
export type Health = "up" | "degraded" | "draining" | "down" | "unknown";

export const healthOf: Readonly<Record<Condition, Health>> = {
  ...{ absent: "down", off: "down", surplus: "degraded", unpolled: "degraded", up: "up" },
  ...{ silent: "degraded", dead: "down", draining: "draining", drained: "down", unknown: "unknown" },
};

/** What is to be said, and done, of one server. */
export interface Verdict {
  readonly server: string;
  readonly condition: Condition;
  /** Why it is so, in a sentence. */
  readonly reason: string;
  /** In their order. When one fails, those after it are not done, and the drain stays as it was. */
  readonly steps: readonly Step[];
  /** What the drain is once the steps are done; nothing if it has not changed. */
  readonly drain?: Drain;
  /** The drain is over, and is forgotten. */
  readonly forget?: boolean;
}
