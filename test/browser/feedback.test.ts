/** The feedback page in a real browser, led by keyboard, with scripts and without. */
import type { Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checksumOf } from "../../apps/feedback/service/link.ts";
import { feedbackMetrics } from "../../apps/feedback/service/metrics.ts";
import { publicServer } from "../../apps/feedback/service/public.ts";
import { LogStore } from "../../apps/feedback/service/store.ts";
import { Page } from "./pages.ts";

let server: Server;
let url = "";
let lines: string[] = [];
let page: Page | undefined;

beforeEach(async () => {
  lines = [];
  server = publicServer({
    rules: {
      ...{ commentCharacters: 200, keepMeetings: false, algorithms: ["sha256"], hosts: ["bbb-01"], behindProxy: false },
      limit: { perCaller: 10, inAll: 10 },
    },
    ...{ metrics: feedbackMetrics(), store: new LogStore(async (line) => void lines.push(line)) },
    ...{ secrets: () => ["s3cret"], now: Date.now, say: () => undefined },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}/feedback?`;
});
afterEach(async () => {
  await page?.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const signed = (query: string) => `${url}${query}&checksum=${checksumOf(query, "s3cret")}`;

describe.each([{ scripts: true }, { scripts: false }])("with scripts: $scripts", ({ scripts }) => {
  it("is filled in and sent by keyboard alone, and tells assistive technology what is what", async () => {
    page = await Page.open({ scripts, language: "de" });
    await page.visit(signed("host=bbb-01"));
    const spoken = await page.until((text) => text.includes("Absenden"));
    for (const line of [
      "heading: Wie war Ihre Besprechung?",
      "group: Ihre Bewertung",
      "radio: 4 – gut",
      "button: Absenden",
    ])
      expect(spoken.split("\n")).toContain(line);
    // the other language, the rating, the comment, the button
    await page.press("Tab");
    await page.press("Tab");
    await page.press(" ");
    for (const _ of ["2", "3", "4"]) await page.press("ArrowDown");
    await page.press("Tab");
    await page.write("kein Ton");
    await page.press("Tab");
    await page.press("Enter");
    await page.until((text) => text.includes("heading: Vielen Dank!"));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ rating: 4, comment: "kein Ton", language: "de", host: "bbb-01" }),
    ]);
  });

  it("is refused for a forged link and for one that is over", async () => {
    page = await Page.open({ scripts, language: "en" });
    await page.visit(signed("host=bbb-01").replace("bbb-01", "bbb-02"));
    expect(await page.until((text) => text.includes("heading:"))).toContain("This link is not valid.");
    await page.visit(signed("meetingId=m&expires=1"));
    await page.until((text) => text.includes("This link is too old."));
    expect(lines).toEqual([]);
  });
});
