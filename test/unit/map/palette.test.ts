import { describe, expect, it } from "vitest";
import { healths } from "../../../cli/map/estate-map.ts";
import { dark, light } from "../../../cli/map/palette.ts";

/** Relative luminance, as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const parts = [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
}

describe.each(Object.entries({ light, dark }))("in %s", (_, palette) => {
  it.each(["paper", "band", "box", "card"] as const)("what is on the %s can be read", (ground) => {
    for (const text of ["text", "muted", ...healths] as const)
      expect(contrast(palette[text], palette[ground]), text).toBeGreaterThanOrEqual(4.5);
    for (const sign of ["line", "accent"] as const)
      expect(contrast(palette[sign], palette[ground]), sign).toBeGreaterThanOrEqual(3);
  });

  it("the sign in a mark can be told from it", () => {
    for (const health of healths) expect(contrast(palette[health], palette.paper), health).toBeGreaterThanOrEqual(4.5);
  });
});
