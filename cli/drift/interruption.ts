import { urnParts } from "../../stacks/urn.ts";
import type { Checkpoint } from "../interrupted.ts";
import { type Finding, findingId } from "./finding.ts";
import type { Activity } from "./updating.ts";

const words: Readonly<Record<string, string>> = {
  ...{
    creating: "making it",
    updating: "changing it",
    deleting: "deleting it",
    reading: "reading it",
    importing: "importing it",
  },
};

/**
 * What an update has begun and not written down, where none is seen to run: those of a killed engine. Where an engine of another
 * machine would not be seen, it may be at it just now: then the owner is unknown.
 */
export function interruptedFindings({ deployment }: Checkpoint, { stale, seesAll }: Activity): Finding[] {
  const killed = seesAll || stale !== undefined;
  return (deployment.pending_operations ?? []).map(({ type: operation, resource: { urn, type } }) => {
    const doing = words[operation] ?? operation;
    return {
      ...{ id: findingId("interrupted", `${operation} ${urn}`), answer: "interrupted", change: "interrupted" },
      ...{ paths: [], type, name: urnParts(urn).name, urn, class: "outage", owner: killed ? "engine" : "unknown" },
      meaning: killed
        ? `the last update was killed while it was ${doing}; the cloud may have it half-made${stale === undefined ? "" : `; ${stale}`}`
        : `an update that runs elsewhere is ${doing}, or was killed while it was: 'estate state unlock' says which`,
    };
  });
}

/** Whether nobody here can tell if the update was killed or runs. */
export function mayRun({ answer, owner }: Finding): boolean {
  return answer === "interrupted" && owner === "unknown";
}
