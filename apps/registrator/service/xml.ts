/** An element of an answer. Attributes are not kept: BigBlueButton has none. */
export interface Element {
  readonly name: string;
  /** Its own text, trimmed, without that of elements in it. */
  readonly text: string;
  readonly children: readonly Element[];
}

interface Open {
  readonly name: string;
  text: string;
  readonly children: Element[];
}

const token = /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([\w:.-]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/y;
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * Reads the part of XML that BigBlueButton's API answers with. A document type is refused, so that no entity can be made up.
 *
 * @throws Error when it is not well-formed: half an answer must not look like an empty one
 */
export function readXml(source: string): Element {
  const root: Open = { name: "", text: "", children: [] };
  const open = [root];
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const found = token.exec(source);
    const here = open.at(-1);
    if (!found || !here) throw new Error(`no XML at character ${at}`);
    const [, data, closing, name, empty, text] = found;
    if (data !== undefined) here.text += data;
    else if (text !== undefined) here.text += decode(text);
    else if (name !== undefined) {
      if (closing) close(open, name);
      else if (empty) here.children.push({ name, text: "", children: [] });
      else open.push({ name, text: "", children: [] });
    }
  }
  const [only, second] = root.children;
  if (open.length > 1 || !only || second || root.text.trim() !== "")
    throw new Error("the XML is not one whole element");
  return only;
}

function close(open: Open[], name: string): void {
  const ended = open.pop();
  const parent = open.at(-1);
  if (!ended || !parent || ended.name !== name) throw new Error(`</${name}> closes nothing`);
  parent.children.push({ ...ended, text: ended.text.trim() });
}

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal));
  });
}

/** The text of the child of that name; empty if there is none. */
export function textOf(element: Element, name: string): string {
  return element.children.find((child) => child.name === name)?.text ?? "";
}

/** The elements at a path below. */
export function below(element: Element, ...path: readonly string[]): readonly Element[] {
  return path.reduce<readonly Element[]>(
    (found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)),
    [element],
  );
}
