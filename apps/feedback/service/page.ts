import { createHash } from "node:crypto";
import { type Language, languages, texts } from "./texts.ts";

/** What a page shows. */
export interface PageFacts {
  readonly language: Language;
  /** The signed query that the page was opened with. */
  readonly query: string;
  readonly commentCharacters: number;
  readonly ticket: string;
  /** What was sent and is wrong, with what is wrong. */
  readonly again?: {
    readonly problem: "rating" | "comment" | "ticket";
    readonly rating: string;
    readonly comment: string;
  };
}

export type Failure = "forged" | "expired" | "often" | "large" | "missing" | "broken";

// no colour alone says anything; a thumb hits what is 44 pixels high
const style = `
:root{color-scheme:light dark;--line:#595959;--ink:#1b1b1b;--paper:#fff;--act:#0b4f9e;--on-act:#fff;--bad:#a40000}
@media(prefers-color-scheme:dark){:root{--line:#a8a8a8;--ink:#f2f2f2;--paper:#161616;--act:#9cc8ff;--on-act:#10233a;--bad:#ff9d94}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.125rem/1.5 system-ui,sans-serif}
main{max-width:36rem;margin:0 auto;padding:1.5rem 1rem 3rem}
nav{text-align:right}
a{color:var(--act)}
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:0 0 1.5rem;padding:.5rem 1rem 1rem}
legend,label.text{font-weight:600}
.choice{display:flex;align-items:center;gap:.75rem;min-height:2.75rem}
input[type=radio]{width:1.5rem;height:1.5rem;margin:0;accent-color:var(--act)}
textarea{display:block;width:100%;min-height:7rem;margin:.5rem 0;padding:.5rem;font:inherit;color:inherit;background:inherit;border:1px solid var(--line);border-radius:.5rem}
button,a.button{display:inline-block;min-height:2.75rem;padding:.5rem 1.5rem;font:inherit;font-weight:600;color:var(--on-act);background:var(--act);border:0;border-radius:.5rem;text-decoration:none}
:focus-visible{outline:3px solid var(--act);outline-offset:3px}
.hint{margin:.25rem 0 1.5rem}
.problem{border-left:.4rem solid var(--bad);padding:.25rem 1rem;margin:0 0 1.5rem}
`;

/** What the pages may do: show themselves with their own style, and send the form home. There is no script to allow. */
export const contentPolicy = [
  `default-src 'none'`,
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  `form-action 'self'`,
  `frame-ancestors 'none'`,
  `base-uri 'none'`,
].join("; ");

/** The form. */
export function formPage({ language, query, commentCharacters, ticket, again }: PageFacts): string {
  const words = texts[language];
  const action = `/feedback?${queryIn(query, language)}`;
  const problem = again ? problemOf(again.problem, language, commentCharacters) : undefined;
  const invalid = (part: string) => (again?.problem === part ? ` aria-invalid="true" aria-describedby="problem"` : "");
  const choices = words.ratings.map((name, index) => {
    const value = String(index + 1);
    const checked = again?.rating === value ? " checked" : "";
    return `<div class="choice"><input type="radio" id="rating-${value}" name="rating" value="${value}" required${checked}><label for="rating-${value}">${value} – ${inHtml(name)}</label></div>`;
  });
  return page(language, problem ? `${words.errors.title} – ${words.title}` : words.title, [
    languageLink(query, language),
    `<h1>${inHtml(words.title)}</h1>`,
    `<p>${inHtml(words.intro)}</p>`,
    ...(problem ? [`<p class="problem" id="problem" role="alert">${inHtml(problem)}</p>`] : []),
    `<form method="post" action="${inHtml(action)}">`,
    `<input type="hidden" name="ticket" value="${inHtml(ticket)}">`,
    `<fieldset${invalid("rating")}><legend>${inHtml(words.rating)}</legend>${choices.join("")}</fieldset>`,
    `<label class="text" for="comment">${inHtml(words.comment)}</label>`,
    `<textarea id="comment" name="comment" maxlength="${commentCharacters}" autocomplete="off"${invalid("comment") || ` aria-describedby="hint"`}>`,
    // the first line end after the tag is not part of the text
    `\n${inHtml(again?.comment ?? "")}</textarea>`,
    `<p class="hint" id="hint">${inHtml(words.commentHint(commentCharacters))}</p>`,
    `<button type="submit">${inHtml(words.send)}</button>`,
    "</form>",
  ]);
}

/** After it was sent. `next` is where a link leads on. */
export function thanksPage(language: Language, next?: string): string {
  const words = texts[language];
  return page(language, words.thanks, [
    `<h1>${inHtml(words.thanks)}</h1>`,
    `<p role="status">${inHtml(words.done)}</p>`,
    ...(next ? [`<p><a class="button" href="${inHtml(next)}">${inHtml(words.back)}</a></p>`] : []),
  ]);
}

/** What went wrong, where there is no form to show. */
export function failurePage(language: Language, failure: Failure): string {
  const words = texts[language];
  return page(language, words.errors.title, [
    `<h1>${inHtml(words.errors.title)}</h1>`,
    `<p class="problem" role="alert">${inHtml(words.errors[failure])}</p>`,
  ]);
}

function problemOf(problem: "rating" | "comment" | "ticket", language: Language, characters: number): string {
  const { errors } = texts[language];
  return problem === "comment" ? errors.comment(characters) : errors[problem];
}

function languageLink(query: string, language: Language): string {
  const other = languages.find((one) => one !== language) ?? "en";
  return `<nav><a href="/feedback?${inHtml(queryIn(query, other))}" lang="${other}" hreflang="${other}">${inHtml(texts[language].otherLanguage)}</a></nav>`;
}

/** The query with the language that was chosen, which is not signed. */
function queryIn(query: string, language: Language): string {
  const parts = query.split("&").filter((part) => part !== "" && !part.startsWith("lang="));
  return [...parts, `lang=${language}`].join("&");
}

function page(language: Language, title: string, body: readonly string[]): string {
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">`,
    `<title>${inHtml(title)}</title><style>${style}</style></head><body><main>`,
    ...body,
    "</main></body></html>\n",
  ].join("");
}

function inHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
