import type { Health } from "../estate-map.ts";
import { type Markup, tag } from "../markup.ts";
import { type Block, round } from "./block.ts";

const size = 14;

/**
 * The sign of a health: each has a shape of its own, so that it is told without its colour.
 *
 * @param drop how much lower it stands, to be in line with a text beside it
 */
export function mark(health: Health, drop = 0): Block {
  const draw = (x: number, y: number) => [
    tag("g", { class: `mark ${health}`, transform: `translate(${round(x)} ${round(y + drop)})` }, shapes[health]),
  ];
  return { width: size, height: size + drop, draw };
}

const stroke = (d: string): Markup => tag("path", { d, class: "stroke" });
const inner = (d: string): Markup => tag("path", { d, class: "inner" });
const disc = tag("circle", { cx: 7, cy: 7, r: 6, class: "fill" });

const shapes: Readonly<Record<Health, readonly Markup[]>> = {
  up: [disc, inner("M4 7.2 6.2 9.4 10.2 4.8")],
  degraded: [tag("path", { d: "M7 1 13.4 12.6H.6Z", class: "fill" }), inner("M7 5v3.6M7 10.2v1")],
  draining: [tag("circle", { cx: 7, cy: 7, r: 5.2, class: "stroke" }), stroke("M7 3.8v6M4.6 7.6 7 10l2.4-2.4")],
  down: [tag("rect", { x: 1, y: 1, width: 12, height: 12, class: "fill" }), inner("M4.4 4.4l5.2 5.2M9.6 4.4l-5.2 5.2")],
  unknown: [stroke("M7 .9 13.1 7 7 13.1.9 7Z"), stroke("M5.6 5.5a1.5 1.5 0 1 1 2.1 1.5Q7 7.3 7 8.1M7 9.4v.7")],
};
