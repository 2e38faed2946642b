import { z } from "zod";

/** Of a value that is missing or wrong, an operator is told what to write; zod's own words are for programmers. */
export function told(cure: string) {
  return { error: ({ input }: { readonly input?: unknown }) => (input === undefined ? `missing: ${cure}` : cure) };
}

/** Text that is not empty; `what` it is, such as "the name of a flavor". */
export function text(what: string) {
  return z.string(told(`write ${what}`)).min(1);
}

/** Text of a form. */
export function form(pattern: RegExp, cure: string) {
  return z.string(told(cure)).regex(pattern);
}

/** A whole number, both ends included; `what` it counts, such as "GiB". */
export function whole(from: number, to: number, what = "") {
  return z
    .int(told(`write a whole number${what && ` of ${what}`} from ${from} to ${to}`))
    .min(from)
    .max(to);
}

export function yesOrNo() {
  return z.boolean(told("write true or false"));
}

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, told(`write one of ${words.join(", ")}`));
}

/** Entries that the operators name. An entry's own rule says how it is written; `example` is one that is right. */
export function map<Key extends z.core.$ZodRecordKey, Value extends z.core.$ZodType>(
  key: Key,
  value: Value,
  example: string,
) {
  return z.record(key, value, told(`write names and what they stand for, such as { ${example} }`));
}

/** Keys that are fixed: any other is a mistake. */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const names = Object.keys(shape).join(", ");
  const { error } = told(`write keys and values below it (${names})`);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `there is no such key: write one of ${names}, or leave it out`
        : error(issue),
  });
}
