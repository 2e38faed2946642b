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
