/** The drift report in a real browser, on a phone and on a desk, in light and dark. Pages are left in `.local-map`, to be looked at. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderPage } from "../../cli/drift/page.ts";
import { dark, light } from "../../cli/map/palette.ts";
import { project } from "../../local/place.ts";
import { reported, sighted, some } from "../unit/drift/reports.ts";
import { measure } from "./measure.ts";
import { rgb } from "./rgb.ts";

const folder = join(project, ".local-map");
await mkdir(folder, { recursive: true });

/** Names and paths that nothing breaks but the page itself. */
const long = "a-name-that-has-no-end-".repeat(12);
const page = renderPage(
  reported({
    seen: [...some, sighted({ name: long, paths: [`spec.${"template.".repeat(40)}image`], meaning: long })],
    troubles: [`the cloud did not list its ports: ${long}`],
    updating: { since: "2026-11-22T11:00:00Z", who: long },
  }),
);

test.each([
  { width: 320, scheme: "dark" },
  { width: 360, scheme: "light" },
  { width: 360, scheme: "dark" },
  { width: 1280, scheme: "light" },
] as const)(
  "is as wide as a screen of $width pixels in $scheme, loads nothing and runs nothing",
  async ({ width, scheme }) => {
    await writeFile(join(folder, "drift.html"), page);
    const { title, ground, tooWide, loaded } = await measure(
      page,
      join(folder, `drift-${width}-frame.html`),
      width,
      scheme,
    );
    expect({ title, ground, tooWide, loaded }).toEqual({
      ...{ title: "untouched", ground: rgb((scheme === "dark" ? dark : light).paper), tooWide: 0, loaded: [] },
    });
  },
);

test("a page that is wider than the screen would be found", async () => {
  const wide = page.replace("overflow-wrap:anywhere", "white-space:nowrap");
  expect(wide).not.toBe(page);
  const { tooWide } = await measure(wide, join(folder, "drift-wide-frame.html"), 360, "light");
  expect(tooWide).toBeGreaterThan(0);
});
