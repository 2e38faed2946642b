import { Trouble } from "../../local/say.ts";
import { mistakesOf } from "./check.ts";
import { type Flags, readFlags } from "./flags.ts";
import { type Answers, applies, type Key, type Question, questions } from "./questions.ts";
import type { Terminal } from "./terminal.ts";

/**
 * An answer to every question: that of a flag, else of whoever is asked, else the default.
 *
 * @throws Trouble with every flag that is missing and every one that is wrong, at once; on a terminal before the first question
 */
export async function completeAnswers(flags: Flags, terminal?: Terminal): Promise<Answers> {
  const { answers: given, mistakes } = readFlags(flags);
  if (terminal) refuse([], [...mistakes, ...mistakesOf(given, questions)]);
  const answers: Partial<Record<Key, string>> = { ...given };
  const missing: Question[] = [];
  for (const question of questions) {
    const { key } = question;
    if (answers[key] !== undefined || !applies(question, answers.mode)) continue;
    const fallback = question.fallback?.(answers.mode);
    const wrong = (answer: string) => mistakesOf({ ...answers, [key]: answer }, [question]);
    const answer = terminal ? await terminal.ask(question, fallback, wrong) : fallback;
    if (answer === undefined) missing.push(question);
    else answers[key] = answer;
  }
  refuse(missing, [...mistakes, ...mistakesOf(answers, questions)]);
  return answers;
}

function refuse(missing: readonly Question[], mistakes: readonly string[]): void {
  if (missing.length + mistakes.length === 0) return;
  const usages = missing.map(({ flag, value, text }) => `  ${`${flag} ${value}`.padEnd(31)}${text}`);
  throw new Trouble(
    [
      "nothing was written.",
      ...(missing.length > 0 ? ["Missing are the flags:", ...usages] : []),
      ...(mistakes.length > 0 ? ["Wrong is:", ...mistakes.map((mistake) => `  ${mistake}`)] : []),
    ].join("\n"),
  );
}
