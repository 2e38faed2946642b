import { Trouble } from "../local/say.ts";
import { DocumentError } from "../stacks/parse.ts";

/** Prints an error for a person, or as JSON for a machine, and sets the exit code to 1. Only an unforeseen error shows its stack. */
export function report(error: unknown, json: boolean): void {
  const known = error instanceof Trouble || error instanceof DocumentError;
  const message = error instanceof Error ? error.message : String(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
  else process.stderr.write(`estate: ${known || !(error instanceof Error) ? message : error.stack}\n`);
  process.exitCode = 1;
}
