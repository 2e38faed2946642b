import type { Link } from "./link.ts";
import type { Language } from "./texts.ts";

/** What is kept of one answer. No name, no address, and no time that would lead to one. */
export interface Answer {
  /** The hour it came in, in UTC: `2026-11-22T13:00:00Z`. */
  readonly hour: string;
  /** 1, very bad, to 5, very good. */
  readonly rating: number;
  readonly comment?: string;
  readonly language: Language;
  /** The bbb host of the meeting. */
  readonly host?: string;
  /** Only where the estate says so. */
  readonly meeting?: string;
}

export interface Sent {
  readonly rating: string;
  readonly comment: string;
}

export interface AnswerRules {
  readonly commentCharacters: number;
  readonly keepMeetings: boolean;
}

/** What a form holds, as it is shown again: line ends are one, and there are no other control characters. */
export function readForm(form: URLSearchParams): Sent {
  const comment = (form.get("comment") ?? "").replace(/\r\n?/g, "\n");
  // every control character that is neither a line end nor a tab
  return { rating: form.get("rating") ?? "", comment: comment.replace(/[^\P{Cc}\n\t]/gu, "").trim() };
}

/** The first thing that is wrong with it. */
export function problemIn(
  { rating, comment }: Sent,
  { commentCharacters }: AnswerRules,
): "rating" | "comment" | undefined {
  if (!/^[1-5]$/.test(rating)) return "rating";
  return comment.length > commentCharacters ? "comment" : undefined;
}

export function answerOf(
  { rating, comment }: Sent,
  { host, meeting }: Link,
  { language, now, rules }: { readonly language: Language; readonly now: number; readonly rules: AnswerRules },
): Answer {
  return {
    hour: new Date(now - (now % 3_600_000)).toISOString().replace(".000", ""),
    ...{ rating: Number(rating), language },
    ...(comment === "" ? {} : { comment }),
    ...(host === undefined ? {} : { host }),
    ...(rules.keepMeetings && meeting !== undefined ? { meeting } : {}),
  };
}
