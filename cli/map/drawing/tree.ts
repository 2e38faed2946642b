import { tag } from "../markup.ts";
import { type Block, round } from "./block.ts";

/** How far branches stand to the right of the trunk. */
export const indent = 26;
const trunk = 12;
const gap = 22;

/** A chain of blocks, each led to by the one before, and branches that the last one leads to. */
export function tree(chain: readonly Block[], branches: readonly Block[]): Block {
  const placed = [...chain.map((block) => ({ block, left: 0 })), ...branches.map((block) => ({ block, left: indent }))];
  const height = placed.reduce((sum, { block }) => sum + block.height + gap, -gap);
  return {
    width: Math.max(...placed.map(({ block, left }) => left + block.width)),
    height: Math.max(0, height),
    draw: (x, y) => {
      let top = y;
      const [from, line] = [round(x + trunk), (d: string) => tag("path", { class: "line", d })];
      const lastOfChain = y + chain.reduce((sum, { height }) => sum + height + gap, 0) - gap;
      return placed.flatMap(({ block, left }, index) => {
        const arm = round(top + 20);
        const way =
          left > 0
            ? [line(`M${from} ${round(lastOfChain)}V${arm}H${round(x + left)}`)]
            : index > 0
              ? [line(`M${from} ${round(top - gap)}V${round(top)}`)]
              : [];
        const drawn = [...way, ...block.draw(x + left, top)];
        top += block.height + gap;
        return drawn;
      });
    },
  };
}
