import { createInterface } from "node:readline";
import { Trouble } from "../../local/say.ts";
import type { Question } from "./questions.ts";

/** Somebody who can be asked. */
export interface Terminal {
  /** Asks until nothing is wrong with the answer. An empty one is the fallback. @throws Trouble when there is none any more */
  ask(question: Question, fallback: string | undefined, wrong: (answer: string) => readonly string[]): Promise<string>;
  close(): void;
}

/** The terminal on which the command runs. Questions go to standard error: standard output may be for a machine. */
export function openTerminal(
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Terminal {
  const terminal = createInterface({ input, output });
  // keeps what was typed ahead
  const lines = terminal[Symbol.asyncIterator]();
  let ended = false;
  terminal.once("close", () => {
    ended = true;
  });

  const line = async (prompt: string): Promise<string> => {
    terminal.setPrompt(prompt);
    if (ended) output.write(prompt);
    else terminal.prompt();
    const { done, value } = await lines.next();
    if (!done) return value.trim();
    output.write("\n");
    throw new Trouble("stopped before everything was answered; nothing was written");
  };

  return {
    async ask({ text, example }, fallback, wrong) {
      // a hash is no help
      const hint = fallback === undefined ? (example.length < 50 ? ` (such as ${example})` : "") : ` [${fallback}]`;
      for (;;) {
        const answer = (await line(`${text}${hint}: `)) || fallback;
        const mistakes = answer === undefined ? ["this needs an answer"] : wrong(answer);
        if (answer !== undefined && mistakes.length === 0) return answer;
        output.write(`${mistakes.map((mistake) => `  ${mistake}`).join("\n")}\n`);
      }
    },
    close: () => terminal.close(),
  };
}
