import { Trouble } from "../../local/say.ts";
import { readFacts } from "../check/document.ts";
import { estateFile } from "../estate-folder.ts";
import { terminal } from "../preview/form.ts";
import { judgePlan, type Refusal } from "../preview/judge.ts";
import { type Plan, planOf } from "../preview/plan.ts";
import { renderPlan } from "../preview/render.ts";
import { refusedText } from "../up/agree.ts";
import { runEngine } from "../up/engine.ts";
import { whyFailed } from "../up/why.ts";
import type { Finding } from "./finding.ts";
import { cloudFindings } from "./managed.ts";
import type { Prepared } from "./repair.ts";

/**
 * What the engine is told to take back: this resource alone. What depends on one that is gone goes with it, since the new one has
 * another id: a port's server is replaced, drained before and proven after. One that is gone is replaced, and not first looked for: where
 * the engine refreshes what depends on a target, it does not know its providers ("unknown provider").
 */
export function targetsOf({ urn = "", answer, change }: Finding): string[] {
  if (isGone({ answer, change })) return ["--target-replace", urn, "--target-dependents"];
  const dependents = change === "missing" ? ["--target-dependents"] : [];
  return [...(answer === "cloud" ? ["--refresh"] : []), "--target", urn, ...dependents];
}

/** Takes back a change of a resource that the state holds, by an update of it alone. */
export async function repairManaged(stack: string, finding: Finding): Promise<Prepared> {
  const log = estateFile(stack, "drift-repair.log");
  const flags = ["--stack", stack, ...targetsOf(finding)];
  const facts = await readFacts(stack).catch(() => undefined);
  if (isGone(finding)) await lookAgain(stack, finding, log);
  const { succeeded, stopped, events } = await runEngine({ command: ["preview", ...flags], log });
  if (!succeeded)
    throw new Trouble(await whyFailed({ command: "preview", stack, stopped, errors: events.errors, log }));
  const plan = planOf(events, { stack, complete: succeeded, paused: undefined, pools: facts?.pools ?? [] });
  if (plan.changes.length === 0)
    throw new Trouble(
      `an update does not take back ${finding.name} (${finding.paths.join(", ") || "gone"}): the program does not say what it should be, or it is as it was again. 'estate drift' looks anew; else say it in the program, then 'estate up'`,
    );
  const refusals = refusalsOf(plan, finding);
  if (refusals.length > 0) throw new Trouble(refusedText(stack, refusals));
  return {
    text: renderPlan(plan, [], terminal),
    act: async () => {
      const ran = await runEngine({ command: ["up", "--yes", "--skip-preview", ...flags], log });
      if (!ran.succeeded)
        throw new Trouble(await whyFailed({ stack, stopped: ran.stopped, errors: ran.events.errors, log }));
      return `${finding.name} is as the program says. 'estate drift' looks whether anything else differs.`;
    },
  };
}

/** What speaks against a repair. What is gone is not lost by it: it was before. */
export function refusalsOf(plan: Plan, finding: Pick<Finding, "answer" | "change" | "urn">): Refusal[] {
  const lost = isGone(finding) ? finding.urn : undefined;
  return judgePlan({ ...plan, changes: plan.changes.filter(({ urn }) => urn !== lost) }, {});
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
