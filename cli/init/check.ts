import { explain } from "../../stacks/explain.ts";
import { Estate } from "../../stacks/schema.ts";
import { describeEstate } from "./document.ts";
import { type Answers, applies, type Question, questions, splitAnswer } from "./questions.ts";

/**
 * What is wrong with the answers to these questions, a line each. The document's own rules judge them: in a document that says
 * what the examples say where there is no answer yet, so that rules that cross fields have all they need.
 */
export function mistakesOf(answers: Answers, asked: readonly Question[]): readonly string[] {
  const answered = asked.filter(({ key }) => answers[key] !== undefined);
  const unreadable = answered.flatMap((question) => unreadableIn(question, answers));
  const readable = answered.filter((question) => unreadableIn(question, answers).length === 0);
  const result = Estate.safeParse(describeEstate({ ...examples, ...answers }));
  const issues = (result.error?.issues ?? []).filter(({ path }) =>
    readable.some(({ at }) => at.some((place) => `${path.join(".")}.`.startsWith(`${place}.`))),
  );
  return [...unreadable, ...explain(issues)];
}

const examples: Answers = Object.fromEntries(questions.map(({ key, example }) => [key, example]));

/** What cannot even be put into a document. */
function unreadableIn(question: Question, answers: Answers): readonly string[] {
  const { key, flag, value, example, several, form, mode, cure = `write ${value}, such as ${example}` } = question;
  const answer = answers[key] ?? "";
  const written = several ? splitAnswer(answer) : [answer];
  const names = several ? written.map((one) => one.split("=", 1)[0]) : [];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const otherMode = ["private", "provider"].includes(answers.mode ?? "") && !applies(question, answers.mode);
  return [
    ...(otherMode ? [`${flag}: is for mode ${mode}: give --mode ${mode}, or leave it out`] : []),
    ...written.filter((one) => form?.test(one) === false).map((one) => `${flag} ${one}: ${cure}`),
    ...twice.map((name) => `${flag}: ${name} is there twice; give each a name of its own`),
  ];
}
