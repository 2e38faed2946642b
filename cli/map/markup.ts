/** Text that is markup already. Only `tag` makes it, so that nothing gets into a page unescaped. */
export interface Markup {
  readonly markup: string;
}

export type Content = Markup | string | readonly Content[];

/** What XML allows in no form: most control characters, halves of surrogate pairs. */
const impossible = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** An element, well-formed as XML and as HTML. Strings are escaped, attributes that are undefined left out. */
export function tag(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  ...content: readonly Content[]
): Markup {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const start = `${name}${given.map(([key, value]) => ` ${key}="${escaped(String(value))}"`).join("")}`;
  return { markup: name === "meta" ? `<${start}/>` : `<${start}>${write(content)}</${name}>` };
}

function write(content: Content): string {
  if (typeof content === "string") return escaped(content);
  return "markup" in content ? content.markup : content.map(write).join("");
}

function escaped(text: string): string {
  return text.replaceAll(impossible, "\uFFFD").replaceAll(/[&<>"']/g, (character) => escapes[character] ?? "");
}

/** A page that needs nothing else: no script, no font, no image. Well-formed as XML too. */
export function page(title: string, style: string, ...content: readonly Content[]): string {
  const head = tag(
    "head",
    {},
    tag("meta", { charset: "utf-8" }),
    tag("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    // whatever a name of the cloud tries to be: nothing is run, nothing is loaded
    tag("meta", {
      "http-equiv": "Content-Security-Policy",
      content: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    }),
    tag("title", {}, title),
    { markup: `<style>${style}</style>` },
  );
  const html = tag("html", { lang: "en", xmlns: "http://www.w3.org/1999/xhtml" }, head, tag("body", {}, ...content));
  return `<!DOCTYPE html>\n${html.markup}\n`;
}
