import { all, type Element, hasClass, textOf } from "./xml.ts";

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const numberOf = (element: Element, name: string) => Number(element.attributes[name]);

export function viewBox(svg: Element): Rectangle {
  const [x = 0, y = 0, width = 0, height = 0] = (svg.attributes.viewBox ?? "").split(" ").map(Number);
  return { x, y, width, height };
}

export function rectangleOf(rect: Element): Rectangle {
  const of = (name: string) => numberOf(rect, name);
  return { x: of("x"), y: of("y"), width: of("width"), height: of("height") };
}

/** How much room a text takes at most: in the widest fixed-width font a character is 0.62 of its size wide. */
function roomOf(text: Element): Rectangle {
  const size = numberOf(text, "font-size");
  const units = [...textOf(text)].reduce((sum, one) => sum + (/[\u1100-\u1fff\u2e80-\uffff]/.test(one) ? 2 : 1), 0);
  return { x: numberOf(text, "x"), y: numberOf(text, "y") - 0.8 * size, width: units * 0.62 * size, height: size };
}

export function isWithin(outer: Rectangle, inner: Rectangle): boolean {
  const slack = 0.2;
  return (
    inner.x >= outer.x - slack &&
    inner.y >= outer.y - slack &&
    inner.x + inner.width <= outer.x + outer.width + slack &&
    inner.y + inner.height <= outer.y + outer.height + slack
  );
}

export function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The groups of the drawing that have a box of their own, with the box. Signs are none. */
export function boxes(svg: Element): { readonly group: Element; readonly box: Rectangle }[] {
  return all(svg, "g").flatMap((group) => {
    const rect = group.children.find((child) => typeof child !== "string" && child.name === "rect");
    return hasClass(group, "mark") || !rect || typeof rect === "string" ? [] : [{ group, box: rectangleOf(rect) }];
  });
}

/** What leaves the box it is in: boxes in boxes, and texts. */
export function sticksOut(svg: Element): string[] {
  const outer = viewBox(svg);
  const loose = boxes(svg).filter(({ box }) => !isWithin(outer, box));
  const within = boxes(svg).flatMap(({ group, box }) => [
    ...all(group, "text").filter((text) => !isWithin(box, roomOf(text))),
    ...boxes(group).filter((inner) => !isWithin(box, inner.box)),
  ]);
  return [...loose, ...within].map((one) => textOf("group" in one ? one.group : one));
}

/** Pairs of boxes of one kind that share room. */
export function overlapping(svg: Element, kind: string): string[] {
  const placed = boxes(svg).filter(({ group }) => hasClass(group, kind));
  return placed.flatMap(({ group, box }, index) =>
    placed.slice(0, index).flatMap((other) => (overlap(box, other.box) ? [textOf(group)] : [])),
  );
}
