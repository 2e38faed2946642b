import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where everything is. */
export interface KeeperPlaces {
  /** A folder: the host's settings, as Kubernetes has them. */
  readonly settings: string;
  /** A folder with tls.crt and tls.key. */
  readonly certificate: string;
  /** A folder of the host, whose programs read what is written here. */
  readonly told: string;
}

export type Say = (line: Readonly<Record<string, unknown>>) => void;

/** What the host reads first: the name of the folder in `told` that is whole, and the newest. */
const current = "current";

/** Brings settings and certificate to the host whole: a program there never sees one half of the old and one of the new. */
export class Keeper {
  readonly #places: KeeperPlaces;
  readonly #say: Say;

  constructor(places: KeeperPlaces, say: Say) {
    this.#places = places;
    this.#say = say;
  }

  /** Looks once. What cannot be read now is told, and what was there before stays. */
  look(): void {
    try {
      this.#bring();
      writeFileSync(join(this.#places.told, "kept"), "");
    } catch (error) {
      this.#say({ event: "failed", message: String(error) });
    }
  }

  #bring(): void {
    const { told } = this.#places;
    const sources = { settings: this.#files("settings"), certificate: this.#files("certificate") };
    if (!("env" in sources.settings) || !("tls.crt" in sources.certificate) || !("tls.key" in sources.certificate))
      throw new Error("settings have no env, or the certificate has no tls.crt or tls.key");
    const version = createHash("sha256").update(JSON.stringify(sources)).digest("hex").slice(0, 16);
    if (version === this.#current()) return;
    const unfinished = join(told, `${version}.new`);
    rmSync(unfinished, { recursive: true, force: true });
    for (const [folder, files] of Object.entries(sources)) {
      mkdirSync(join(unfinished, folder), { recursive: true, mode: 0o700 });
      for (const [file, text] of Object.entries(files))
        writeFileSync(join(unfinished, folder, file), text, { mode: 0o600 });
    }
    rmSync(join(told, version), { recursive: true, force: true });
    renameSync(unfinished, join(told, version));
    const before = this.#current();
    writeFileSync(join(told, `${current}.new`), version, { mode: 0o600 });
    renameSync(join(told, `${current}.new`), join(told, current));
    this.#forget([version, before]);
    this.#say({ event: "told", version });
  }

  #current(): string {
    try {
      return readFileSync(join(this.#places.told, current), "utf8");
    } catch {
      return "";
    }
  }

  /** By name. Kubernetes keeps files of its own beside them, whose names begin with a full stop. */
  #files(folder: "settings" | "certificate"): Readonly<Record<string, string>> {
    const names = readdirSync(this.#places[folder]).filter((name) => !name.startsWith("."));
    return Object.fromEntries(
      names.sort().map((name) => [name, readFileSync(join(this.#places[folder], name), "utf8")]),
    );
  }

  /** The one before stays: a program of the host may be reading it. */
  #forget(needed: readonly string[]): void {
    for (const name of readdirSync(this.#places.told))
      if (/^[0-9a-f]{16}(\.new)?$/.test(name) && !needed.includes(name))
        rmSync(join(this.#places.told, name), { recursive: true });
  }
}
