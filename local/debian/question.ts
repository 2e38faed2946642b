import { createInterface } from "node:readline";

/** Asks on the terminal. No answer, as at the end of standard input or after Ctrl-C, is no. */
export async function agreed(
  question: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<boolean> {
  const terminal = createInterface({ input, output });
  return new Promise((resolve) => {
    let answer: string | undefined;
    terminal.once("line", (line) => {
      answer = line;
      terminal.close();
    });
    terminal.once("close", () => {
      if (answer === undefined) output.write("\n");
      resolve(/^y(es)?$/i.test(answer?.trim() ?? ""));
    });
    terminal.setPrompt(`${question} [y/N] `);
    terminal.prompt();
  });
}
