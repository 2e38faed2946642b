import { explain } from "./explain.ts";
import { Estate } from "./schema.ts";

/** The estate document is wrong; `mistakes` has a line for each, and the message has them all. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  readonly mistakes: readonly string[];

  constructor(source: string, mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`;
    super([`The estate document in ${source} has ${count}:`, ...mistakes.map((line) => `  ${line}`)].join("\n"));
    this.mistakes = mistakes;
  }
}

/**
 * The estate document, checked, with defaults filled in.
 *
 * @param source where it was read, for the message
 * @throws DocumentError with every mistake at once
 */
export function parseEstate(document: unknown, source: string): Estate {
  const result = Estate.safeParse(document);
  if (result.success) return result.data;
  throw new DocumentError(source, explain(result.error.issues));
}
