import type { Declared } from "./declared.ts";
import { heldFor, type Observed, type Subject } from "./observed.ts";

/**
 * Servers that are dead, by name, and why. A silent API alone is not enough: media may still flow, so the host must be lost as
 * well. And where more than half of the estate seems dead, it is rather we who are cut off.
 */
export function deadServers({ deadSeconds }: Declared, observed: Observed): ReadonlyMap<string, string> {
  const lost = observed.subjects.flatMap((subject): [string, string][] => {
    const why = lostWhy(subject, observed, deadSeconds);
    return why ? [[subject.name, why]] : [];
  });
  return lost.length > 1 && lost.length * 2 > observed.subjects.length ? new Map() : new Map(lost);
}

function lostWhy({ name }: Subject, observed: Observed, deadSeconds: number): string | undefined {
  const silent = heldFor(`silent ${name}`, observed);
  const sight = observed.sights.get(name);
  if (silent === undefined || silent < deadSeconds || !sight || sight.up) return undefined;
  return `its API has been silent for ${Math.round(silent)} s, and ${sight.why}`;
}
