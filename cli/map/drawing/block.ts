import { type Markup, tag } from "../markup.ts";
import { fit, widthOf } from "./text.ts";

/** A part of the drawing that knows its size before it knows its place. */
export interface Block {
  readonly width: number;
  readonly height: number;
  readonly draw: (x: number, y: number) => readonly Markup[];
}

export interface Line {
  readonly text: string;
  /** @default 12 */
  readonly size?: number;
  /** Of the style sheet. */
  readonly class?: string;
}

const lineHeight = 1.45;

/** Lines of text under each other; what is longer than the width ends in an ellipsis. */
export function lines(all: readonly Line[], width = Number.POSITIVE_INFINITY): Block {
  const sized = all.map((line) => ({ size: 12, ...line }));
  return {
    width: Math.min(width, Math.max(0, ...sized.map(({ text, size }) => widthOf(text, size)))),
    height: round(sized.reduce((sum, { size }) => sum + size * lineHeight, 0)),
    draw: (x, y) => {
      let bottom = y;
      return sized.map(({ text, size, class: kind }) => {
        bottom += size * lineHeight;
        const place = { x: round(x), y: round(bottom - size * 0.4), "font-size": size, class: kind };
        return tag("text", place, fit(text, size, width));
      });
    },
  };
}

/** Blocks under each other. */
export function column(blocks: readonly Block[], gap: number): Block {
  const shown = blocks.filter(({ height }) => height > 0);
  return {
    width: Math.max(0, ...shown.map(({ width }) => width)),
    height: shown.reduce((sum, { height }) => sum + height, 0) + gap * Math.max(0, shown.length - 1),
    draw: (x, y) => {
      let top = y;
      return shown.flatMap((block) => {
        const drawn = block.draw(x, top);
        top += block.height + gap;
        return drawn;
      });
    },
  };
}

/** Blocks beside each other, as many in a row as the width has room for. */
export function flow(blocks: readonly Block[], width: number, gap: number): Block {
  const rows: Block[][] = [];
  for (const block of blocks) {
    const row = rows.at(-1);
    const used = row?.reduce((sum, one) => sum + one.width + gap, 0) ?? 0;
    if (row && used + block.width <= width) row.push(block);
    else rows.push([block]);
  }
  return column(
    rows.map((row) => beside(row, gap)),
    gap,
  );
}

/** Blocks beside each other, in one row. */
export function beside(blocks: readonly Block[], gap: number): Block {
  return {
    width: blocks.reduce((sum, { width }) => sum + width, 0) + gap * Math.max(0, blocks.length - 1),
    height: Math.max(0, ...blocks.map(({ height }) => height)),
    draw: (x, y) => {
      let left = x;
      return blocks.flatMap((block) => {
        const drawn = block.draw(left, y);
        left += block.width + gap;
        return drawn;
      });
    },
  };
}

interface Frame {
  /** Of the style sheet. */
  readonly class: string;
  readonly padding: number;
  /** @default what is in it needs */
  readonly width?: number;
  readonly height?: number;
  /** What a pointer that rests on it is told. */
  readonly title?: string;
}

/** A box around a block. */
export function frame(inside: Block, { class: kind, padding, title, ...fixed }: Frame): Block {
  const { width = inside.width + 2 * padding, height = inside.height + 2 * padding } = fixed;
  return {
    ...{ width, height },
    draw: (x, y) => [
      tag(
        "g",
        { class: kind },
        title ? tag("title", {}, title) : [],
        tag("rect", { x: round(x), y: round(y), width: round(width), height: round(height), rx: 6 }),
        inside.draw(x + padding, y + padding),
      ),
    ],
  };
}

/** Coordinates with one decimal: short, and the same on every machine. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
