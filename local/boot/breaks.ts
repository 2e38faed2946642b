import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Trouble } from "../say.ts";

/** How a host was told to fail. */
export type Break =
  | { readonly kind: "never-boots" }
  | { readonly kind: "boots-late"; readonly seconds: number }
  | { readonly kind: "dies-after"; readonly seconds: number };

/** Reads `never-boots`, `boots-late:SECONDS`, `dies-after:SECONDS` or `none`. Throws `Trouble` for anything else. */
export function parseBreak(mode: string): Break | undefined {
  if (mode === "none") return undefined;
  if (mode === "never-boots") return { kind: mode };
  const [, kind, seconds] = /^(boots-late|dies-after):(\d+(?:\.\d+)?)$/.exec(mode) ?? [];
  if (kind !== "boots-late" && kind !== "dies-after")
    throw new Trouble(
      `'${mode}' is no way to break a host; say never-boots, boots-late:SECONDS, dies-after:SECONDS or none`,
    );
  return { kind, seconds: Number(seconds) };
}

/** The hosts that were told to fail, by name; remembered in the data folder. */
export class Breaks {
  readonly #file: string;

  constructor(data: string) {
    this.#file = join(data, "hosts", "breaks.json");
  }

  async of(host: string): Promise<Break | undefined> {
    const mode = (await this.#read())[host];
    return mode === undefined ? undefined : parseBreak(mode);
  }

  /** Remembers `mode` for the host's next boot; `none` forgets. Throws `Trouble` for a mode that does not exist. */
  async set(host: string, mode: string): Promise<void> {
    const all = { ...(await this.#read()) };
    if (parseBreak(mode)) all[host] = mode;
    else delete all[host];
    await mkdir(dirname(this.#file), { recursive: true });
    await writeFile(`${this.#file}.new`, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
    await rename(`${this.#file}.new`, this.#file);
  }

  async #read(): Promise<Record<string, string>> {
    const text = await readFile(this.#file, "utf8").catch(() => "{}");
    return JSON.parse(text) as Record<string, string>;
  }
}
