import { z } from "zod";
import { form, oneOf, section, told } from "./told.ts";

/** As they are written, in the order of `Date.getUTCDay()`. */
export const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

export type Day = (typeof days)[number];

const time = (pattern: RegExp, example: string) => form(pattern, `write a time of day in quotes, such as "${example}"`);

/** When hosts may be taken out of service. What is under way when it closes comes to its end. */
export const Window = section({
  /** The days on which it opens. @default every day */
  days: z
    .array(oneOf(days), told("write a list, such as [fri, sat]"))
    .min(1, "empty: it would never open; name at least one day, or leave the window out for always")
    .default([...days]),
  /** When it opens, on the clock of its time zone. */
  from: time(/^([01]\d|2[0-3]):[0-5]\d$/, "22:00"),
  /** When it closes: on the next day, if that is not later than `from`. "24:00" is the end of the day. */
  to: time(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "05:00"),
  /** Whose clock it is. Summer time is kept. */
  timeZone: z
    .string(told("write an IANA time zone, such as Europe/Berlin"))
    .refine(isTimeZone, "write an IANA time zone, such as Europe/Berlin"),
}).refine(({ from, to }) => from !== to, {
  path: ["to"],
  message:
    'is the same as from: write another time ("00:00" to "24:00" is a whole day), or leave the window out for always',
});

export type Window = z.output<typeof Window>;

/** Names of the IANA data base; what Intl knows besides, such as +02:00, has no summer time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}
