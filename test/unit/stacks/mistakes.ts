import { DocumentError, parseEstate } from "../../../stacks/parse.ts";
import { plainDocument } from "./fixtures.ts";

// biome-ignore lint/suspicious/noExplicitAny: a broken document is any document
export type Change = (document: any) => void;

/** The lines that an operator reads of a document; none when it is right. */
export function mistakesOf(document: unknown): readonly string[] {
  try {
    parseEstate(document, "a test");
  } catch (error) {
    if (error instanceof DocumentError) return error.mistakes;
    throw error;
  }
  return [];
}

/** The same, of the local document after a change. */
export function mistakes(change: Change): readonly string[] {
  const document = plainDocument();
  change(document);
  return mistakesOf(document);
}

/** Sets what is at a path, its keys separated by spaces; `undefined` leaves it out. */
export function set(path: string, value: unknown): Change {
  return (document) => {
    const keys = path.split(" ");
    const last = keys.pop() ?? "";
    const holder = keys.reduce((at, key) => at[key], document);
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  };
}
