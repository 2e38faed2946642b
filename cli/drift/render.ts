import { fit, type Section } from "../preview/fit.ts";
import type { Form } from "../preview/form.ts";
import { type Answer, classes } from "./finding.ts";
import type { Sighted } from "./history.ts";
import { countsOf, cureOf, type Report, titleOf } from "./report.ts";

/** Paths of one finding that are shown. */
const pathsShown = 12;
const order: readonly Answer[] = ["interrupted", "cloud", "unmanaged", "program"];

/** A check for people; the worst first. Too long a text loses lines of its lists, the last lists first. */
export function renderReport(report: Report, form: Form, limit = Infinity): string {
  const lists = order.flatMap((answer) => findingSection(report, answer, form));
  return `${fit(summary(report, form), [...lists, ...repairSection(report, form)], ending(report, form), limit - 1)}\n`;
}

function summary(report: Report, form: Form): string[] {
  const { findings, stack, updating, troubles, compared, waiting, sightings } = report;
  const counts = countsOf(findings);
  const parts = classes.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${kind}`);
  const what = findings.length === 0 ? "nothing found" : parts.join(", ");
  return [
    form.title(`Drift of ${form.code(stack)}: ${what}; ${compared} resources compared`),
    ...(updating
      ? [
          "",
          form.strong(
            `An update runs since ${form.code(updating.since)} (${form.code(updating.who)}): what is half-made looks like drift. Nothing was written down; look again when it has ended.`,
          ),
        ]
      : []),
    ...(troubles.length > 0 ? ["", form.strong("This check is not whole:")] : []),
    ...troubles.map((trouble) => form.bullet(form.code(trouble))),
    ...(waiting.length > 0 ? ["", `${waiting.length} more were seen, but not ${sightings} times in a row yet.`] : []),
  ];
}

function findingSection({ findings, stuck }: Report, answer: Answer, form: Form): Section[] {
  const own = findings.filter((one) => one.answer === answer);
  if (own.length === 0) return [];
  return [
    {
      head: [form.section(`${titleOf(answer, own)} (${own.length})`)],
      lines: own.map((one) => form.bullet(lineOf(one, stuck, form))),
      more: (count) => form.bullet(`and ${count} more, which 'estate drift --json' shows`),
    },
  ];
}

function lineOf(finding: Sighted, stuck: readonly string[], form: Form): string {
  const { id, name, type, class: kind, owner, paths, meaning, firstSeen, timesSeen } = finding;
  const more = paths.length > pathsShown ? ` and ${paths.length - pathsShown} more` : "";
  const where = paths.length > 0 ? ` at ${paths.slice(0, pathsShown).map(form.code).join(", ")}${more}` : "";
  const by = owner === "unknown" ? "" : `, by ${owner === "human" ? "a person" : "a program"}`;
  const known = `since ${firstSeen.slice(0, 16).replace("T", " ")} UTC, seen ${timesSeen} ${timesSeen === 1 ? "time" : "times"}`;
  return `${form.strong(kind)} ${form.code(id)} ${form.code(name)} (${form.code(shortType(type))})${where}: ${form.code(meaning)}${by}; ${known}. ${cureOf(finding, stuck)}.`;
}

export function shortType(type: string): string {
  return type.split(":").at(-1) ?? type;
}

const words = { replace: "replaced", delete: "deleted", update: "changed", create: "made" } as const;

function repairSection({ repairs }: Report, form: Form): Section[] {
  if (repairs.length === 0) return [];
  const lines = repairs.map(({ kind, name, type, changed }) => {
    const where = changed.length > 0 ? ` at ${changed.slice(0, pathsShown).map(form.code).join(", ")}` : "";
    return form.bullet(`${form.code(name)} (${form.code(shortType(type))}) would be ${words[kind]}${where}`);
  });
  const head = [form.section(`What a repair of all would do, with 'pulumi up --refresh' (${repairs.length})`)];
  return [{ head, lines, more: (count) => form.bullet(`and ${count} more, which 'estate drift --json' shows`) }];
}

function ending({ accepted }: Report, form: Form): string[] {
  if (accepted.length === 0) return [];
  const reasons = [...new Set(accepted.map(({ reason }) => reason))];
  return [`Accepted as known: ${accepted.length} (${reasons.map(form.code).join("; ")}).`];
}
