import type { Health } from "./estate-map.ts";
import { type Resource, text, texts } from "./state.ts";

/** What the state holds of a host; what it does not hold is undefined. */
export interface HostParts {
  readonly server: Resource | undefined;
  readonly drain: Resource | undefined;
  readonly ready: Resource | undefined;
  readonly floatingIp: Resource | undefined;
  readonly association: Resource | undefined;
}

export interface Judged {
  readonly health: Health;
  readonly reason: string;
}

/**
 * How a host is, as far as the state tells. Its `ready` gate is only in the state after its server joined and was Ready; its
 * deletion, and that of `drain`, begin before the server goes.
 */
export function healthOf({ server, drain, ready, floatingIp, association }: HostParts): Judged {
  if (!server) return { health: "down", reason: "it has no server" };
  if (server.presence === "gone")
    return { health: "down", reason: "its server is deleted, and the next one not made yet" };
  const ofServer = (gate: Resource | undefined) => gate !== undefined && texts(gate.values.triggers)[0] === server.id;
  const goes = [server, ...[drain, ready].filter(ofServer)].some((part) => part && part.presence !== "there");
  if (goes) return { health: "draining", reason: "it is being taken down; if no update runs, its drain did not end" };
  const power = text(server.values.powerState) || "active";
  if (power !== "active") return { health: "down", reason: `its server is ${power}, as the cloud said` };
  if (!ready || !ofServer(ready))
    return { health: "unknown", reason: "its server is made, but has not been seen to join" };
  if (floatingIp && !association) return { health: "degraded", reason: "its floating IP does not lead to it" };
  return { health: "up", reason: "its server joined and was Ready" };
}
