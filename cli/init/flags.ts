import { type Answers, type Key, questions } from "./questions.ts";

/** What the command line gave, as commander names it. */
export type Flags = Readonly<Partial<Record<Exclude<Key, `flavor.${string}`>, string | readonly string[]>>> & {
  readonly flavor?: readonly string[];
  readonly key?: string;
  readonly base?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
};

/** The answers that flags give, and what is said of no role. */
export function readFlags(flags: Flags): { readonly answers: Answers; readonly mistakes: readonly string[] } {
  const plain = Object.entries(flags).flatMap(([name, given]): [string, string][] =>
    given !== undefined && questions.some(({ key }) => key === name) ? [[name, [given].flat().join(" ")]] : [],
  );
  const answers: Record<string, string> = Object.fromEntries(plain);
  const mistakes = (flags.flavor ?? []).flatMap((given) => {
    const [role = "", flavor] = given.split(/=(.*)/s);
    const key = `flavor.${role}`;
    if (flavor === undefined || !questions.some((question) => question.key === key))
      return [`--flavor ${given}: write ROLE=FLAVOR, with one of the roles ${flavored.join(", ")}`];
    if (answers[key] !== undefined) return [`--flavor: ${role} is there twice; a role has one flavor`];
    answers[key] = flavor;
    return [];
  });
  return { answers, mistakes };
}

const flavored = questions.flatMap(({ key }) => (key.startsWith("flavor.") ? [key.slice("flavor.".length)] : []));
