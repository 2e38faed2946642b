import type { Say } from "../../local/say.ts";
import type { Rollout } from "../../stacks/schema/role.ts";
import type { Cloud } from "./cloud.ts";
import type { Cluster } from "./cluster.ts";
import type { GateJournal } from "./journal.ts";
import type { Meetings } from "./meetings.ts";
import type { Clock } from "./wait.ts";

/** Everything a gate needs to do its work; tests give it a cluster and a cloud of their own. */
export interface Gate {
  readonly host: string;
  readonly serverId: string;
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly clock: Clock;
  /** One line of progress, shown by the engine. */
  readonly say: Say;
  /** What `estate rollout status` shows. */
  readonly journal: GateJournal;
  /** The k3s release that nodes must report. */
  readonly version: string;
  /** How hosts of a role are replaced. A role the document no longer has is treated by the defaults. */
  readonly rolloutOf: (role: string | undefined) => Rollout;
  /** The host's role, if the document still has the host. */
  readonly role: string | undefined;
  /** The other hosts of its role, if the document still has the host. */
  readonly peers: readonly string[];
  /** Hosts that have been ready once, and are not gone for good. */
  readonly served: () => Promise<readonly string[]>;
  /** What hosts of a role have to do with meetings. @default nothing, for any role */
  readonly meetingsOf?: (role: string | undefined) => Meetings | undefined;
  /** Whether the operator said that the whole estate is to go (`ESTATE_DESTROY`). */
  readonly destroy: boolean;
  /** Whether the stack has nothing left on the orchestrator: it never worked, or it is being destroyed. */
  readonly abandoned: () => Promise<boolean>;
  /** Why no host may be begun now that is replaced so. Nothing if it may. */
  readonly hold: (rollout: Rollout) => string | undefined;
  /** What the engine does besides, by logical name; not gates that are held back as well. */
  readonly underWay: () => Promise<readonly string[]>;
}
