/**
 * The map in a real browser, on a phone and on a desk, in light and dark. Pages and pictures are left in `.local-map`, to be looked at.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { renderMap } from "../../cli/map/page.ts";
import { dark, light } from "../../cli/map/palette.ts";
import { readMap } from "../../cli/map/read.ts";
import { readState } from "../../cli/map/state.ts";
import { project } from "../../local/place.ts";
import { cases } from "../unit/map/cases.ts";
import { browse } from "./browser.ts";
import { measure } from "./measure.ts";
import { rgb } from "./rgb.ts";

const folder = join(project, ".local-map");
await mkdir(folder, { recursive: true });

const screens = [
  { width: 360, height: 2400, scheme: "light", drawing: "narrow" },
  { width: 390, height: 2400, scheme: "dark", drawing: "narrow" },
  { width: 1280, height: 1800, scheme: "light", drawing: "wide" },
  { width: 1600, height: 1800, scheme: "dark", drawing: "wide" },
] as const;

describe.each(cases)("the map of $name", async ({ name, state }) => {
  const map = readMap(readState("test", state()));
  const page = renderMap(map);
  const file = (end: string) => join(folder, `${name.replaceAll(" ", "-")}${end}`);
  await writeFile(file(".html"), page);

  it.each(screens)("is legible, in its place and quiet on a screen of $width pixels in $scheme", async (screen) => {
    const { width, height, scheme, drawing } = screen;
    const measured = await measure(page, file(`-${width}-frame.html`), width, scheme);
    expect(measured).toEqual({
      ...{ title: "untouched", ground: rgb((scheme === "dark" ? dark : light).paper), shown: [drawing] },
      ...{ cards: map.hosts.length, sticksOut: [], tooWide: 0, loaded: [] },
      smallest: expect.toSatisfy((pixels: number) => pixels >= 9, "at least 9 pixels"),
    });
    const scheming = `--blink-settings=preferredColorScheme=${scheme === "dark" ? 0 : 1}`;
    const picture = [`--screenshot=${file(`-${width}.png`)}`, `--window-size=${width},${height}`];
    await browse(scheming, ...picture, pathToFileURL(file(".html")).href);
  });
});
