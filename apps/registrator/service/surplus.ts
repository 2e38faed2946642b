import type { Declared } from "./declared.ts";
import { heldFor, type Observed, type Subject } from "./observed.ts";
import type { Step } from "./step.ts";
import type { Verdict } from "./verdict.ts";

/** A server that Scalelite has, and that nobody declares. */
export function surplusVerdict(subject: Subject, declared: Declared, observed: Observed): Verdict {
  const { entry, name } = subject;
  const verdict = { server: name, condition: "surplus" as const, steps: [] as Step[] };
  // its drain was aborted, or is not forgotten yet
  if (!entry) return { ...verdict, condition: "absent", reason: "neither declared nor in Scalelite", forget: true };
  const step = (what: "cordon" | "panic" | "remove", why: string): Step => ({
    ...{ do: what, server: name, id: entry.id, why },
  });
  const stranger = "not declared";
  if (declared.mode === "keep") return { ...verdict, reason: `${stranger}: left alone (mode keep)` };
  if (Object.keys(declared.servers).length === 0)
    return { ...verdict, reason: `${stranger}, and neither is any other: left alone until at least one is` };
  if (declared.mode === "force") {
    const why = `${stranger} (mode force)`;
    return { ...verdict, reason: `${why}: taken out`, steps: [step("panic", why), step("remove", why)] };
  }
  if (entry.state === "enabled")
    return { ...verdict, reason: `${stranger}: taken out when it is empty`, steps: [step("cordon", stranger)] };
  const settled = 2 * declared.pollSeconds;
  const [empty, silent] = [heldFor(`empty ${name}`, observed), heldFor(`silent ${name}`, observed)];
  const meetings = meetingsOn(subject, observed);
  if (meetings === 0 && empty !== undefined && empty >= settled && entry.state === "disabled")
    return { ...verdict, reason: `${stranger}, and empty: taken out`, steps: [step("remove", "empty")] };
  // Scalelite would keep meetings that nobody can end: a panic takes them from its data base
  if (silent !== undefined && silent >= Math.max(settled, declared.deadSeconds) && !entry.online) {
    const why = `${stranger}, and silent for ${Math.round(silent)} s`;
    return { ...verdict, reason: `${why}: taken out`, steps: [step("panic", why), step("remove", why)] };
  }
  const wait = meetings
    ? `${meetings} meetings`
    : `its state ${entry.state} to be disabled, and ${settled} s without people`;
  return { ...verdict, reason: `${stranger}: taken out when it is empty; waiting for ${wait}` };
}

function meetingsOn({ name }: Subject, { probes }: Observed): number | undefined {
  const probe = probes.get(name);
  return probe?.answers ? probe.meetings.length : undefined;
}
