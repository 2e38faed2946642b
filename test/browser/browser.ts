import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";

const names = ["chromium", "chromium-headless-shell", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser that ESTATE_BROWSER names, else the first of the Chromium family on the PATH. @throws when there is none */
export function findBrowser({ ESTATE_BROWSER: named, PATH = "" }: NodeJS.ProcessEnv): string {
  if (named) return named;
  const found = names
    .flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  if (found) return found;
  throw new Error(
    `no browser: install one (apt-get install chromium-headless-shell), or name one of the Chromium family in ESTATE_BROWSER`,
  );
}

/** Runs the browser without a window and with a profile of its own, and returns what it prints. */
export async function browse(...args: readonly string[]): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), "estate-browser-"));
  // its own sandbox does not work for root; it opens nothing here but our pages
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const usual = ["--headless", "--disable-gpu", "--hide-scrollbars", `--user-data-dir=${profile}`];
  try {
    return (await execa(findBrowser(process.env), [...usual, ...sandbox, ...args])).stdout;
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
