import type { Place } from "./place.ts";
import type { Say } from "./say.ts";
import type { Supervisor } from "./service.ts";

/** What every part of the local stack is given by the daemon. */
export interface Stack extends Place {
  readonly supervisor: Supervisor;
  /** Progress of the step that runs now, shown by `estate local up`. */
  readonly say: Say;
  /** The Python environment with OpenStack: its `bin` folder. */
  readonly python: string;
  /** The Kubernetes program (`kubeall`). */
  readonly kubernetes: string;
  /** The Ignition program. */
  readonly ignition: string;
}
