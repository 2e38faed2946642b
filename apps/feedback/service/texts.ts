/** The page's words in a language. */
export interface Texts {
  readonly title: string;
  readonly intro: string;
  readonly rating: string;
  /** From worst to best; the number stands before it. */
  readonly ratings: readonly [string, string, string, string, string];
  readonly comment: string;
  readonly commentHint: (characters: number) => string;
  readonly send: string;
  readonly thanks: string;
  readonly done: string;
  readonly back: string;
  readonly otherLanguage: string;
  readonly errors: {
    readonly title: string;
    readonly rating: string;
    readonly comment: (characters: number) => string;
    readonly ticket: string;
    readonly forged: string;
    readonly expired: string;
    readonly often: string;
    readonly large: string;
    readonly missing: string;
    readonly broken: string;
  };
}

export const languages = ["en", "de"] as const;

export type Language = (typeof languages)[number];

export const texts: Readonly<Record<Language, Texts>> = {
  en: {
    title: "How was your meeting?",
    intro: "Your answer is anonymous: neither your name nor your address is kept.",
    rating: "Your rating",
    ratings: ["very bad", "bad", "fair", "good", "very good"],
    comment: "What should we know? (optional)",
    commentHint: (characters) => `At most ${characters} characters. Please write nothing about persons.`,
    send: "Send",
    thanks: "Thank you!",
    done: "Your answer has arrived. You may close this page.",
    back: "Continue",
    otherLanguage: "Deutsch",
    errors: {
      title: "That did not work",
      rating: "Please choose a rating.",
      comment: (characters) => `Your comment is too long: please write at most ${characters} characters.`,
      ticket: "This page was open too long. Please send it once more.",
      forged: "This link is not valid. Please use the one that your meeting led to.",
      expired: "This link is too old.",
      often: "Too many answers at once. Please try again in a minute.",
      large: "That was too much text.",
      missing: "There is no such page.",
      broken: "Your answer could not be kept. Please try again later.",
    },
  },
  de: {
    title: "Wie war Ihre Besprechung?",
    intro: "Ihre Antwort ist anonym: Weder Ihr Name noch Ihre Adresse wird gespeichert.",
    rating: "Ihre Bewertung",
    ratings: ["sehr schlecht", "schlecht", "mittelmäßig", "gut", "sehr gut"],
    comment: "Was sollten wir wissen? (freiwillig)",
    commentHint: (characters) => `Höchstens ${characters} Zeichen. Bitte schreiben Sie nichts über Personen.`,
    send: "Absenden",
    thanks: "Vielen Dank!",
    done: "Ihre Antwort ist angekommen. Sie können diese Seite schließen.",
    back: "Weiter",
    otherLanguage: "English",
    errors: {
      title: "Das hat nicht geklappt",
      rating: "Bitte wählen Sie eine Bewertung.",
      comment: (characters) => `Ihr Kommentar ist zu lang: Bitte schreiben Sie höchstens ${characters} Zeichen.`,
      ticket: "Diese Seite war zu lange offen. Bitte senden Sie sie noch einmal ab.",
      forged: "Dieser Link ist nicht gültig. Bitte nehmen Sie den, zu dem Ihre Besprechung geführt hat.",
      expired: "Dieser Link ist zu alt.",
      often: "Zu viele Antworten auf einmal. Bitte versuchen Sie es in einer Minute noch einmal.",
      large: "Das war zu viel Text.",
      missing: "Diese Seite gibt es nicht.",
      broken: "Ihre Antwort konnte nicht gespeichert werden. Bitte versuchen Sie es später noch einmal.",
    },
  },
};

/** The language of an Accept-Language header that is preferred most, of those there are; English where none is. */
export function languageOf(accepted: string | undefined, chosen?: string | null): Language {
  const known = (tag: string) => languages.find((one) => one === tag.trim().toLowerCase().split("-")[0]);
  const own = chosen ? known(chosen) : undefined;
  if (own) return own;
  const wanted = (accepted ?? "")
    .slice(0, 500)
    .split(",")
    .map((entry, index) => {
      const [tag = "", ...parameters] = entry.split(";");
      const quality = parameters.map((one) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(one)?.[1]).find(Boolean);
      return { language: tag.trim() === "*" ? ("en" as const) : known(tag), quality: Number(quality ?? 1), index };
    });
  const [best] = wanted
    .filter(({ language, quality }) => language && quality > 0)
    .sort((a, b) => b.quality - a.quality || a.index - b.index);
  return best?.language ?? "en";
}
