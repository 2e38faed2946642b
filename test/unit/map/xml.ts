import { execa } from "execa";

/** An element of a page. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

const script = `
import json, sys
from xml.dom import minidom
def read(node):
    children = [c.data if c.nodeType == c.TEXT_NODE else read(c) for c in node.childNodes]
    return {"name": node.tagName, "attributes": dict(node.attributes.items()), "children": children}
print(json.dumps(read(minidom.parseString(sys.stdin.buffer.read()).documentElement)))
`;

/** Reads a page as XML, strictly: what is not well-formed fails. */
export async function parsePage(page: string): Promise<Element> {
  return JSON.parse((await execa("python3", ["-c", script], { input: page })).stdout) as Element;
}

/** The element and all within it, in the order of the page. */
export function all(root: Element, name?: string): Element[] {
  const inner = root.children.flatMap((child) => (typeof child === "string" ? [] : all(child, name)));
  return name === undefined || root.name === name ? [root, ...inner] : inner;
}

/** The text within an element. */
export function textOf(element: Element): string {
  return element.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}

export function hasClass({ attributes }: Element, name: string): boolean {
  return (attributes.class ?? "").split(" ").includes(name);
}
