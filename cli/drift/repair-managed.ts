import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { readFacts } from "../check/document.ts";
import { estateFile } from "../estate-folder.ts";
import { operatorPulumi } from "../operator-pulumi.ts";
import { terminal } from "../preview/form.ts";
import { judgePlan, type Refusal } from "../preview/judge.ts";
import { type Plan, planOf } from "../preview/plan.ts";
import { renderPlan } from "../preview/render.ts";
import { backUp, exportState } from "../state/backup.ts";
import { refusedText } from "../up/agree.ts";
import { runEngine } from "../up/engine.ts";
import { whyFailed } from "../up/why.ts";
import type { Finding } from "./finding.ts";
import { cloudFindings } from "./managed.ts";
import type { Prepared } from "./repair.ts";

/**
 * Findings that one update takes back together. Those that are gone are each taken back by one of their own, and first: what is changed
 * may be so because of them, as a server is that lost its port.
 */
export function together(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  const goneFirst = findings.toSorted((a, b) => Number(isGone(b)) - Number(isGone(a)));
  for (const finding of goneFirst) {
    const { answer, change, id } = finding;
    const group = isGone(finding) ? id : `${answer} ${change === "missing"}`;
    groups.set(group, [...(groups.get(group) ?? []), finding]);
  }
  return [...groups.values()];
}

/**
 * What the engine is told to take back: these resources alone. What depends on one that is gone goes with it, since the new one has
 * another id: a port's server is replaced, drained before and proven after. One that is gone is replaced, and not first looked for: where
 * the engine refreshes what depends on a target, it does not know its providers ("unknown provider").
 */
export function targetsOf(findings: readonly Finding[]): string[] {
  const urns = findings.map(({ urn = "" }) => urn);
  if (findings.some(isGone)) return [...urns.flatMap((urn) => ["--target-replace", urn]), "--target-dependents"];
  const dependents = findings.some(({ change }) => change === "missing") ? ["--target-dependents"] : [];
  const refresh = findings.some(({ answer }) => answer === "cloud") ? ["--refresh"] : [];
  return [...refresh, ...urns.flatMap((urn) => ["--target", urn]), ...dependents];
}

/** Takes back changes of resources that the state holds, by an update of these alone. */
export async function repairManaged(stack: string, findings: readonly Finding[]): Promise<Prepared> {
  const log = estateFile(stack, "drift-repair.log");
  const flags = ["--stack", stack, ...targetsOf(findings)];
  const facts = await readFacts(stack).catch(() => undefined);
  for (const finding of findings.filter(isGone)) await lookAgain(stack, finding, log);
  const { succeeded, stopped, events } = await runEngine({ command: ["preview", ...flags], log });
  if (!succeeded)
    throw new Trouble(await whyFailed({ command: "preview", stack, stopped, errors: events.errors, log }));
  const plan = planOf(events, { stack, complete: succeeded, paused: undefined, pools: facts?.pools ?? [] });
  const untouched = findings.filter(({ urn }) => !plan.changes.some((change) => change.urn === urn));
  if (untouched.length > 0) {
    const told = untouched.map(({ name, paths }) => `${name} (${paths.join(", ") || "gone"})`);
    throw new Trouble(
      `an update does not take back ${told.join(", ")}: the program does not say what it should be, or it is as it was again. 'estate drift' looks anew; else say it in the program, then 'estate up'`,
    );
  }
  const refusals = refusalsOf(plan, findings);
  if (refusals.length > 0) throw new Trouble(refusedText(stack, refusals));
  return {
    text: renderPlan(plan, [], terminal),
    act: async () => {
      await backUp(stack, await exportState(stack, operatorPulumi(project, "estate drift repair")), "repair");
      const ran = await runEngine({ command: ["up", "--yes", "--skip-preview", ...flags], log });
      if (!ran.succeeded)
        throw new Trouble(await whyFailed({ stack, stopped: ran.stopped, errors: ran.events.errors, log }));
      const names = findings.map(({ name }) => name).join(", ");
      return `${names}: as the program says. 'estate drift' looks whether anything else differs.`;
    },
  };
}

/** What speaks against a repair. What is gone is not lost by it: it was before. */
export function refusalsOf(plan: Plan, findings: readonly Pick<Finding, "answer" | "change" | "urn">[]): Refusal[] {
  const lost = new Set(findings.filter(isGone).map(({ urn }) => urn));
  return judgePlan({ ...plan, changes: plan.changes.filter(({ urn }) => !lost.has(urn)) }, {});
}

const isGone = ({ answer, change }: Pick<Finding, "answer" | "change">) => answer === "cloud" && change === "gone";

/** What is replaced must not be there: the finding may be old. @throws Trouble when it is there again */
async function lookAgain(stack: string, { name, urn = "" }: Finding, log: string): Promise<void> {
  const command = ["refresh", "--preview-only", "--stack", stack, "--target", urn];
  const { succeeded, stopped, events } = await runEngine({ command, log });
  if (!succeeded)
    throw new Trouble(await whyFailed({ command: "refresh", stack, stopped, errors: events.errors, log }));
  if (cloudFindings(events.steps).some((finding) => finding.urn === urn && isGone(finding))) return;
  throw new Trouble(`${name} is there again, and nothing was done. 'estate drift' looks anew`);
}
