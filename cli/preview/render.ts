import type { Change } from "./changes.ts";
import { fit, type Section } from "./fit.ts";
import type { Form } from "./form.ts";
import { hostSection } from "./host-section.ts";
import type { Refusal } from "./judge.ts";
import type { Plan } from "./plan.ts";
import { shownName } from "./shown.ts";
import { commitLine } from "./trouble.ts";

/** The most that GitHub takes for a comment is 65,536 characters. */
export const commentLimit = 64_000;
/** Paths of one resource, and findings and errors of one plan, that are shown. */
const [pathsShown, messagesShown] = [12, 20];

/**
 * The plan for people: how much, whether it is refused, what it means for users; then what goes, with hosts in the order in which
 * they roll, what is updated, what is added; and what policies found. Equal plans give equal texts. Too long a text loses lines of
 * its lists, the last lists first.
 */
export function renderPlan(plan: Plan, refusals: readonly Refusal[], form: Form, limit = Infinity): string {
  const lists = [
    ...hostSection(plan, form),
    ...changeSection(plan, form, "replace", "Replaced", ({ replacing, changed }) =>
      replacing.length > 0 ? replacing : changed,
    ),
    ...changeSection(plan, form, "delete", "Deleted", () => []),
    ...changeSection(plan, form, "update", "Updated in place", ({ changed }) => changed),
    ...changeSection(plan, form, "create", "Added", () => []),
  ];
  return `${fit(summary(plan, refusals, form), lists, [...findings(plan, form), ...errors(plan, form)], limit - 1)}\n`;
}

function summary(plan: Plan, refusals: readonly Refusal[], form: Form): string[] {
  const { counts, stack, commit, complete, paused, users, halfDone } = plan;
  const parts = [`${counts.replace} to replace`, `${counts.delete} to delete`, `${counts.update} to update`];
  return [
    form.title(
      `Plan for ${form.code(stack)}: ${[...parts, `${counts.create} to add`].join(", ")}; ${counts.unchanged} unchanged`,
    ),
    ...commitLine(commit, form),
    ...(complete
      ? []
      : ["", form.strong("The preview did not come to its end: this is what it came to. The reason is below.")]),
    ...(halfDone.length === 0 ? [] : ["", form.strong("Before this plan:")]),
    ...halfDone.map((line) => form.bullet(form.code(line))),
    ...orchestratorNote(plan, form),
    ...(refusals.length === 0 ? [] : ["", form.strong("Refused:")]),
    ...refusals.flatMap(({ what, cure }) => [
      form.bullet(`${form.strong("Danger")}: ${what}.`),
      form.bullet(`Do this: ${cure}.`),
    ]),
    ...(paused === undefined
      ? []
      : ["", `The roll is paused (${form.code(paused)}): no host is begun until 'estate rollout resume'.`]),
    ...["", form.section("What it means for users"), ...users.map(form.bullet)],
  ];
}

/** What no API has looked at. */
function orchestratorNote({ silentOrchestrator, noOrchestratorYet }: Plan, form: Form): string[] {
  if (noOrchestratorYet)
    return [
      "",
      `${form.strong("There is no orchestrator yet")}: what is to be in it is validated by no server before the update.`,
    ];
  if (silentOrchestrator === undefined) return [];
  return [
    "",
    `${form.strong("The orchestrator did not answer")}: what is in it is not previewed there; it is compared with the state alone, and validated by no server (${form.code(silentOrchestrator)}). Have the plan made where its API can be reached (admins.cidrs), or look at 'estate rollout status'.`,
  ];
}

function changeSection(
  { changes, hosts }: Plan,
  form: Form,
  kind: Change["kind"],
  title: string,
  paths: (change: Change) => readonly string[],
): Section[] {
  const parts = new Set(hosts.flatMap(({ name }) => [name, `${name}-drain`, `${name}-ready`]));
  const isPart = ({ name, type }: Change) => parts.has(name) && /:(Instance|Command)$/.test(type);
  // a host's server and gates are in the table of hosts
  const own = changes.filter((change) => change.kind === kind && !(kind !== "update" && isPart(change)));
  if (own.length === 0) return [];
  const lines = own.map((change) => {
    const shown = paths(change);
    const more = shown.length > pathsShown ? ` and ${shown.length - pathsShown} more` : "";
    const what = shown.slice(0, pathsShown).map(form.code).join(", ");
    return form.bullet(`${shownName(change, form)}${what ? `: ${what}${more}` : ""}`);
  });
  return [{ head: [form.section(`${title} (${own.length})`)], lines, more: moreOf(form) }];
}

export function moreOf(form: Form): Section["more"] {
  return (count) => form.bullet(`and ${count} more, which 'estate preview --json' shows`);
}

function findings({ findings: all, unjudged }: Plan, form: Form): string[] {
  if (all.length === 0 && unjudged.length === 0) return [];
  const lines = all.map(({ level, pack, policy, name, message }) =>
    form.bullet(
      `${level} ${form.code(`${pack}/${policy}`)}${name === undefined ? "" : ` on ${form.code(name)}`}: ${form.code(message)}`,
    ),
  );
  const waiting = unjudged.map(({ pack, policy, resources }) =>
    form.bullet(
      `${form.code(`${pack}/${policy}`)} judges ${resources} more in the update: a value of each is not known before.`,
    ),
  );
  return [form.section(`Policies (${all.length})`), ...few(lines, form), ...waiting, ""];
}

function errors({ errors: all }: Plan, form: Form): string[] {
  if (all.length === 0) return [];
  const lines = all.map(({ name, message }) =>
    form.bullet(`${name === undefined ? "" : `${form.code(name)}: `}${form.code(message)}`),
  );
  return [form.section(`Errors (${all.length})`), ...few(lines, form)];
}

function few(lines: readonly string[], form: Form): string[] {
  if (lines.length <= messagesShown) return [...lines];
  return [...lines.slice(0, messagesShown), moreOf(form)(lines.length - messagesShown)];
}
