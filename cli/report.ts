import { Trouble } from "../local/say.ts";
import { DocumentError } from "../stacks/parse.ts";

/** The text of an error for a person: only an unforeseen one shows its stack. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known = error instanceof Trouble || error instanceof DocumentError;
  return known ? error.message : (error.stack ?? error.message);
}

/** Prints an error for a person, or as JSON for a machine, and sets the exit code to 1. */
export function report(error: unknown, json: boolean): void {
  if (json) {
    const message = error instanceof Error ? error.message : String(error);
    process.stdout.write(`${JSON.stringify({ error: message })}\n`);
  } else process.stderr.write(`estate: ${textOf(error)}\n`);
  process.exitCode = 1;
}
