import type { Random } from "../generate/random.ts";
import { crossing } from "./crossing.ts";
import { keys } from "./keys.ts";
import type { Path } from "./places.ts";
import { values } from "./values.ts";

/**
 * Makes a document wrong that was right, whatever else is in it.
 *
 * @returns places of which at least one must be told; nothing, and the document as it was, if there is nothing to break in it
 */
// biome-ignore lint/suspicious/noExplicitAny: a broken document is any document
export type Break = (document: any, random: Random) => readonly Path[] | undefined;

/** By what they do. */
export const breaks: Readonly<Record<string, Break>> = { ...keys, ...values, ...crossing };
