import { deadServers } from "./death.ts";
import type { Declared, DeclaredServer } from "./declared.ts";
import { drainVerdict } from "./drain.ts";
import { heldFor, type Observed, type Probe, type Subject } from "./observed.ts";
import type { Change, ScaleliteServer } from "./scalelite.ts";
import type { Step } from "./step.ts";
import { surplusVerdict } from "./surplus.ts";
import type { Verdict } from "./verdict.ts";

/** Minutes for which a drain is remembered whose server the estate has no more. */
const keptMinutes = 60;

/** What is to be done so that Scalelite has what is declared, and why everything is as it is. Nothing is done here. */
export function reconcile(declared: Declared, observed: Observed): Verdict[] {
  const deaths = deadServers(declared, observed);
  const { subjects } = observed;
  const leaving = new Set(
    subjects.flatMap(({ name, drain }) => (drain && !["asked", "aborted"].includes(drain.phase) ? [name] : [])),
  );
  return subjects.map((subject) => {
    const { drain, name } = subject;
    const dead = deaths.get(name);
    if (drain && isOver(subject, observed)) return surplusVerdict(subject, declared, observed);
    if (drain && drain.phase !== "aborted") return drainVerdict({ subject, drain, declared, observed, dead, leaving });
    if (subject.declared) return declaredVerdict(subject, subject.declared, declared, observed, dead);
    return surplusVerdict(subject, declared, observed);
  });
}

/** A server that was drained for good: what is left of it is cleared away once its gate has surely seen that. */
function isOver({ declared, drain }: Subject, { now }: Observed): boolean {
  return !declared && drain?.phase === "drained" && now - drain.since > keptMinutes * 60_000;
}

function declaredVerdict(
  subject: Subject,
  server: DeclaredServer,
  declared: Declared,
  observed: Observed,
  dead: string | undefined,
): Verdict {
  const { name, entry, drain } = subject;
  const verdict = { server: name, steps: [] as Step[] };
  const probe = observed.probes.get(name) ?? { answers: false, why: "nobody has asked it yet" };
  if (!entry) return { ...verdict, ...absent(name, server, probe) };
  if (entry.url !== server.url) return moved(subject, server, declared, observed);
  const corrections = correct(name, server, entry);
  const off = !server.enabled;
  if (off) {
    const why = "it is declared as not enabled";
    const steps = entry.state === "enabled" ? [{ do: "cordon" as const, server: name, id: entry.id, why }] : [];
    const people =
      entry.state === "disabled" ? "" : `; what is there comes to its end (load ${entry.load ?? "unknown"})`;
    return { ...verdict, condition: "off", reason: `${why}${people}`, steps: [...corrections, ...steps] };
  }
  if (dead) {
    const steps = entry.state === "disabled" ? [] : [{ do: "panic" as const, server: name, id: entry.id, why: dead }];
    return { ...verdict, condition: "dead", reason: dead, steps };
  }
  if (!probe.answers) {
    const use = entry.state === "enabled" ? "Scalelite takes it out when its own poller gives up" : "it is not enabled";
    return { ...verdict, condition: "silent", reason: `its API does not answer (${probe.why}): ${use}` };
  }
  if (entry.state !== "enabled") {
    const again = drain ? `its drain was aborted: ${drain.reason}` : "it is declared, and its API answers";
    const enable: Step = { do: "enable", server: name, id: entry.id, why: again };
    const reason = `${entry.state} in Scalelite, about to be enabled: ${again}`;
    return { ...verdict, condition: "unpolled", reason, steps: [...corrections, enable] };
  }
  return { ...verdict, ...enabled(subject, entry, declared, observed), steps: corrections };
}

function absent(name: string, server: DeclaredServer, probe: Probe): Omit<Verdict, "server"> {
  const { url, secret, multiplier, tag, enabled } = server;
  if (!enabled)
    return { condition: "absent", reason: "it is declared as not enabled, and not in Scalelite", steps: [] };
  if (!probe.answers)
    return { condition: "absent", reason: `not added: its API does not answer (${probe.why})`, steps: [] };
  const as = { url, secret, multiplier, ...(tag ? { tag } : {}) };
  const why = "it is declared, its API answers, and Scalelite does not have it";
  return { condition: "absent", reason: `about to be added: ${why}`, steps: [{ do: "add", server: name, as, why }] };
}

/** An address cannot be changed: it is taken out when it is empty, and then added anew. */
function moved(subject: Subject, server: DeclaredServer, declared: Declared, observed: Observed): Verdict {
  const { condition, steps } = surplusVerdict(subject, { ...declared, mode: "cordon" }, observed);
  const reason = `Scalelite has it at ${subject.entry?.url}, declared is ${server.url}: it is taken out when it is empty, and added anew`;
  return { server: subject.name, condition, reason, steps };
}

/** What can be corrected in place. */
function correct(name: string, { secret, multiplier, tag }: DeclaredServer, entry: ScaleliteServer): Step[] {
  const change: Change = {
    ...(secret === entry.secret ? {} : { secret }),
    ...(multiplier === entry.load_multiplier ? {} : { multiplier }),
    ...(tag === (entry.tag ?? "") ? {} : { tag }),
  };
  const why = "it is declared otherwise";
  return Object.keys(change).length === 0 ? [] : [{ do: "change", server: name, id: entry.id, change, why }];
}

function enabled(
  { name, drain }: Subject,
  { online, load }: ScaleliteServer,
  { pollSeconds }: Declared,
  observed: Observed,
): Pick<Verdict, "condition" | "reason"> {
  const after = drain ? `; its drain was aborted: ${drain.reason}` : "";
  if (online) return { condition: "up", reason: `takes meetings, load ${load ?? "unknown"}${after}` };
  const seconds = heldFor(`unpolled ${name}`, observed) ?? 0;
  if (seconds <= 2 * pollSeconds) return { condition: "unpolled", reason: `added, not yet polled${after}` };
  const since = `for ${Math.round(seconds)} s, its poller looks every ${pollSeconds} s`;
  const cure = "look at the poller's log, and whether it reaches the server";
  return {
    condition: "unpolled",
    reason: `its API answers us, but Scalelite has it offline ${since}: ${cure}${after}`,
  };
}
