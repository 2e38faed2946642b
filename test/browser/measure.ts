import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { browse } from "./browser.ts";

/** What a browser makes of a page. */
export interface Measured {
  /** The title of the page around it, which a script in it could change. */
  readonly title: string;
  /** Of the page, as the browser has it: `rgb(1, 2, 3)`. */
  readonly ground: string;
  /** Which drawings are shown: `wide` or `narrow`. */
  readonly shown: readonly string[];
  /** Hosts in the drawings that are shown. */
  readonly cards: number;
  /** Texts that leave the box they are in, as the browser measures them. */
  readonly sticksOut: readonly string[];
  /** Pixels of the smallest text of a drawing. */
  readonly smallest: number;
  /** Pixels by which the page is wider than the screen. */
  readonly tooWide: number;
  /** Everything it loaded. */
  readonly loaded: readonly string[];
}

/** Runs in the page around the map. */
const probe = `
const answer = (frame) => {
  const page = frame.contentDocument;
  const shown = [...page.querySelectorAll("figure svg")].filter((svg) => svg.getBoundingClientRect().height > 0);
  const texts = shown.flatMap((svg) => [...svg.querySelectorAll("text")]);
  const outside = (text) => {
    const inner = text.getBBox();
    const outer = text.closest("g:has(> rect):not(.mark)").querySelector(":scope > rect").getBBox();
    return inner.x < outer.x || inner.x + inner.width > outer.x + outer.width ||
      inner.y < outer.y || inner.y + inner.height > outer.y + outer.height;
  };
  return {
    title: document.title,
    ground: frame.contentWindow.getComputedStyle(page.body).backgroundColor,
    shown: [...new Set(shown.map((svg) => svg.getAttribute("class")))],
    cards: shown.flatMap((svg) => [...svg.querySelectorAll(".card")]).length,
    sticksOut: texts.filter(outside).map((text) => text.textContent),
    smallest: Math.min(...texts.map((text) => text.getAttribute("font-size") * text.getScreenCTM().a)),
    tooWide: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    loaded: frame.contentWindow.performance.getEntriesByType("resource").map(({ name }) => name),
  };
};
addEventListener("load", () => {
  document.body.textContent = JSON.stringify(answer(document.querySelector("iframe")));
});
`;

/**
 * Opens a page, as it is, in a frame that is as wide as a screen.
 *
 * @param file where the page around it is written
 */
export async function measure(page: string, file: string, width: number, scheme: "light" | "dark"): Promise<Measured> {
  const source = page.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const frame = `<iframe srcdoc="${source}" style="width:${width}px;height:900px;border:0"></iframe>`;
  await writeFile(
    file,
    `<!DOCTYPE html><meta charset="utf-8"><title>untouched</title>${frame}<script>${probe}</script>`,
  );
  const scheming = `--blink-settings=preferredColorScheme=${scheme === "dark" ? 0 : 1}`;
  const dom = await browse(scheming, "--window-size=1600,1000", "--dump-dom", pathToFileURL(file).href);
  const [, answer = "nothing"] = /<body>(.*)<\/body>/s.exec(dom) ?? [];
  return JSON.parse(answer.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")) as Measured;
}
