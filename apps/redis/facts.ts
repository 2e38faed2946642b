import type { HostFacts, VolumeFacts } from "../../stacks/facts.ts";
import type { InstanceFacts } from "./users.ts";

/** What the server of an application is made of. */
export interface RedisFacts {
  /** By digest. Changing it restarts the server. */
  readonly image: string;
  readonly host: Pick<HostFacts, "name" | "taints">;
  readonly volume: Pick<VolumeFacts, "path" | "sizeGiB">;
  readonly memoryMiB: number;
  readonly instance: InstanceFacts;
  /** Whether its measurements are read. */
  readonly monitored: boolean;
}
