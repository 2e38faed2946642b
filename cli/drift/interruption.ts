import { urnParts } from "../../stacks/urn.ts";
import type { Checkpoint } from "../interrupted.ts";
import { type Finding, findingId } from "./finding.ts";

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
 * What an update had begun and did not write down: those of a killed engine, if none runs.
 *
 * @param stale whose lock it left on the state
 */
export function interruptedFindings({ deployment }: Checkpoint, stale?: string): Finding[] {
  return (deployment.pending_operations ?? []).map(({ type: operation, resource: { urn, type } }) => ({
    ...{ id: findingId("interrupted", `${operation} ${urn}`), answer: "interrupted", change: "interrupted", paths: [] },
    ...{ type, name: urnParts(urn).name, urn, class: "outage", owner: "engine" },
    meaning: `the last update was killed while it was ${words[operation] ?? operation}; the cloud may have it half-made${stale === undefined ? "" : `; ${stale}`}`,
  }));
}
